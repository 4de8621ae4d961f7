import OrreryFiles

/// The directory in which a run begins or is resumed, and the right to write there from the first look at it until the
/// run ends.
package struct RunDirectory {
    /// The path as it was given.
    package let path: String
    /// Nil where there is no directory yet; the run takes the right when it makes one.
    private let lock: DirectoryLock?

    /// The directory for a new run.
    ///
    /// - Parameter replacing: whether a model and a run that are there are replaced; other files never are.
    /// - Throws: `FileError` that names what is in the way, or says that another process writes there.
    package init(new path: String, replacing: Bool) throws {
        lock = try DirectoryLock.ifPresent(path)
        try TrainingRun.requireFree(path, replacing: replacing)
        self.path = path
    }

    /// The directory of a run to resume.
    ///
    /// - Throws: `FileError` if another process writes there.
    package init(resuming path: String) throws {
        lock = try DirectoryLock.ifPresent(path)
        self.path = path
    }

    /// The plan with which the run here began.
    ///
    /// - Throws: `FileError` or `TrainingError` if there is no run, or its plan cannot be read.
    package func plan() throws -> TrainingPlan { try Trainer.planOfRun(in: path) }

    /// A run of this trainer that writes here.
    package func run(_ trainer: Trainer) -> TrainingRun {
        let run = TrainingRun(trainer, directory: path)
        run.lock = lock
        return run
    }
}
