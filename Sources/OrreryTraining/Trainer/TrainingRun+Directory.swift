import Foundation
import OrreryFiles
import OrreryModels

/// What a run writes.
extension TrainingRun {
    static let lastDirectory = "last"
    static let metricsFile = "metrics.jsonl"
    static let tensorBoardDirectory = "tensorboard"

    /// The names that a run takes for itself in its directory.
    public static let names = ModelDirectory.fileNames + ["tokenizer.json", "tokenizer_config.json"] + ModelDirectory.runNames

    /// A run that takes the place of another removes what that one wrote; a directory of the same name that holds anything else is not its own.
    ///
    /// - Throws: `FileError` that names what would be lost.
    package static func requireOwn(_ directory: String) throws {
        func require(_ name: String, _ isOwn: (String) -> Bool) throws {
            let path = Path.join(directory, name)
            guard let status = FileStatus(path) else { return }
            let foreign = status.kind == .directory ? try Directory.names(in: path).first { !isOwn($0) } : ""
            guard let foreign else { return }
            throw FileError.request(
                Path.join(path, foreign), "is not part of a training run, and --overwrite would delete it",
                advice: "move it elsewhere, or name another --out")
        }
        try require(TrainingState.directory) { TrainingState.fileNames.contains($0) }
        try require(lastDirectory) { (ModelDirectory.fileNames + ["tokenizer.json", "tokenizer_config.json"]).contains($0) }
        try require(tensorBoardDirectory) { $0.hasPrefix("events.out.tfevents.") }
    }

    /// Prepares the directory: a run that starts takes the place of what is there, one that goes on finds its own.
    func open(_ directory: String) throws {
        try Directory.createAll(directory)
        if lock == nil { lock = try DirectoryLock(directory) }
        try trainer.tokenizer.save(to: URL(fileURLWithPath: directory, isDirectory: true))
        if trainer.step == 0 {
            try checkpoint()
            // Another run's model beside this run's tokenizer would be a trap.
            for name in ModelDirectory.fileNames + [Self.lastDirectory, Self.tensorBoardDirectory] { try Directory.removeTree(Path.join(directory, name)) }
        }
        metrics = try MetricsFile(path: Path.join(directory, Self.metricsFile), resumingAt: trainer.step)
        if writesTensorBoard { tensorBoard = try TensorBoardFile(directory: Path.join(directory, Self.tensorBoardDirectory)) }
    }

    func write(to directory: String) throws {
        try Directory.createAll(directory)
        try ModelDirectory.write(trainer.model, to: directory)
        try trainer.tokenizer.save(to: URL(fileURLWithPath: directory, isDirectory: true))
    }

    func checkpoint() throws {
        guard let directory else { return }
        try requireFinite()
        try TrainingState(model: directory).save(trainer, bestValidationLoss: best, seconds: seconds, secondsAtEnd: secondsAtEnd, owesValidation: owesValidation)
    }

    /// What is written must be of use: numbers that are none stay out of models and checkpoints.
    func requireFinite(_ loss: Double? = nil) throws {
        if let name = trainer.firstBadWeight() { throw TrainingError.notANumber(step: trainer.step, what: name) }
        if let loss, !loss.isFinite { throw TrainingError.notANumber(step: trainer.step, what: "the validation loss") }
    }
}
