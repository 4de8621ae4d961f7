import OrreryFiles
import OrreryGeneration
import OrreryModels

/// What a run writes.
extension TrainingRun {
    static let lastDirectory = ModelDirectory.RunName.last.rawValue
    static let metricsFile = ModelDirectory.RunName.metrics.rawValue
    static let tensorBoardDirectory = ModelDirectory.RunName.tensorboard.rawValue

    /// The names that a run takes for itself in its directory.
    package static let names =
        ModelDirectory.fileNames + ModelDirectory.companionNames.filter { !ModelDirectory.fileNames.contains($0) }
        + ModelDirectory.runNames

    /// Nothing is lost unless the user says so: what has the name of what a run writes is in its way.
    ///
    /// - Parameter replacing: whether a model and a run that are there are replaced; other files never are.
    /// - Throws: `FileError` that names what is in the way.
    package static func requireFree(_ directory: String, replacing: Bool) throws {
        if let status = FileStatus(directory), status.kind != .directory {
            throw FileError.request(directory, "is not a directory", advice: "name another `directory`")
        }
        if replacing { return try requireOwn(directory) }
        if FileStatus(Path.join(directory, TrainingState.directory)) != nil {
            throw FileError.request(
                directory, "holds a run already",
                advice: "resume it with `resuming`, replace it with `replacing`, or name another `directory`")
        }
        if let name = names.first(where: { FileStatus(Path.join(directory, $0)) != nil }) {
            throw FileError.request(
                directory, "holds \(name) already", advice: "replace it with `replacing`, or name another `directory`")
        }
        if let foreign = try foreignPath(in: directory) {
            throw FileError.request(
                directory, "holds \(FileError.quoted(foreign)), which is not part of a model or a run",
                advice: "name another `directory`; `replacing` writes next to what is there")
        }
    }

    /// The first path in the directory that neither a model nor a run has; nil where there is none, or no directory.
    /// What a run that was killed has left unfinished is a run's.
    private static func foreignPath(in directory: String) throws -> String? {
        guard FileStatus(directory) != nil else { return nil }
        for name in try Directory.names(in: directory) where !Temporary.isLeftOver(name) {
            if let foreign = try ModelDirectory.foreignPath(name, in: directory) { return foreign }
        }
        return nil
    }

    /// A run that takes the place of another removes what that one wrote; a directory of the same name that holds
    /// anything else is not its own.
    ///
    /// - Throws: `FileError` that names what would be lost.
    package static func requireOwn(_ directory: String) throws {
        func require(_ name: String, _ isOwn: (String) -> Bool) throws {
            let path = Path.join(directory, name)
            guard let status = FileStatus(path) else { return }
            let foreign = status.kind == .directory ? try Directory.names(in: path).first { !isOwn($0) } : ""
            guard let foreign else { return }
            throw FileError.request(
                Path.join(path, foreign), "is not part of a training run, and `replacing` would delete it",
                advice: "move it elsewhere, or name another `directory`")
        }
        try require(TrainingState.directory) { TrainingState.fileNames.contains($0) }
        try require(lastDirectory) { (ModelDirectory.fileNames + ModelDirectory.companionNames).contains($0) }
        try require(tensorBoardDirectory) { $0.hasPrefix("events.out.tfevents.") }
    }

    /// Prepares the directory: a run that starts takes the place of what is there, one that goes on finds its own.
    func open(_ directory: String) throws {
        let isNew = FileStatus(directory) == nil
        try TrainingState(model: directory).requireSpace(trainer)
        try Directory.createAll(directory)
        if lock == nil { lock = try DirectoryLock(directory) }
        if trainer.step == 0 {
            do {
                // Another run's tokenizer or model next to this run's would be a trap.
                for name in ModelDirectory.companionNames { try Directory.removeTree(Path.join(directory, name)) }
                try saveTokenizer(to: directory)
                try checkpoint()
            } catch {
                // A run that cannot begin leaves nothing that the next one would meet.
                for name in ModelDirectory.companionNames { try? Directory.removeTree(Path.join(directory, name)) }
                if isNew { try? Directory.removeTree(directory) }
                throw error
            }
            for name in ModelDirectory.fileNames + [Self.lastDirectory, Self.tensorBoardDirectory] {
                try Directory.removeTree(Path.join(directory, name))
            }
        }
        metrics = try MetricsFile(path: Path.join(directory, Self.metricsFile), resumingAt: trainer.step)
        if writesTensorBoard {
            tensorBoard = try TensorBoardFile(directory: Path.join(directory, Self.tensorBoardDirectory))
        }
    }

    func write(to directory: String) throws {
        try Directory.createAll(directory)
        try ModelDirectory.write(trainer.model, to: directory)
        if let text = trainer.plan.model.base?.generationConfiguration {
            try AtomicFile.write(text, to: Path.join(directory, "generation_config.json"))
        }
        if directory != self.directory { try saveTokenizer(to: directory) }
    }

    /// The tokenizer; of a model that was trained before its own files, chat template included, as they stand there.
    private func saveTokenizer(to directory: String) throws {
        guard let base = trainer.plan.model.base else {
            return try trainer.tokenizer.save(to: directory)
        }
        // What a run has begun with is in its own directory from then on.
        let source = directory == self.directory ? base.path : self.directory ?? base.path
        guard FileStatus(source)?.kind == .directory else { return try saveTokenizer(ofFile: source, to: directory) }
        for name in ModelDirectory.companionNames {
            let path = Path.join(source, name)
            if FileStatus(path)?.kind == .file {
                try AtomicFile.write(WholeFile.read(path, limit: 1 << 30), to: Path.join(directory, name))
            }
        }
    }

    private func saveTokenizer(ofFile source: String, to directory: String) throws {
        try trainer.tokenizer.save(to: directory)
        if let template = try ChatTemplateFiles(path: source).template() {
            try AtomicFile.write(template.source, to: Path.join(directory, "chat_template.jinja"))
        }
    }

    /// What is written must be of use: numbers that are none stay out of models and checkpoints.
    func requireFinite(_ loss: Double? = nil) throws {
        if let name = trainer.firstBadWeight() { throw TrainingError.notANumber(step: trainer.step, what: name) }
        if let loss, !loss.isFinite { throw TrainingError.notANumber(step: trainer.step, what: "the validation loss") }
    }
}
