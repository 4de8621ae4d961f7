import OrreryFiles

/// The losses in a run's `metrics.jsonl`.
public struct RecordedLosses: Sendable {
    public private(set) var losses: [(step: Int, loss: Double)] = []
    public private(set) var validations: [(step: Int, loss: Double)] = []

    /// - Parameter last: the step after which nothing counts. Lines that are damaged are left out, and a file that is not there has none.
    init(path: String, through last: Int) {
        guard let text = try? WholeFile.read(path) else { return }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONValue(parsing: String(decoding: line, as: UTF8.self), file: path), case .int(let step)? = value["step"],
                (0 ... Int64(last)).contains(step)
            else { continue }
            if case .double(let loss)? = value["loss"] { losses.append((Int(step), loss)) }
            if case .double(let loss)? = value["validation_loss"] { validations.append((Int(step), loss)) }
        }
    }
}

extension TrainingRun {
    /// The losses of the steps that earlier parts of this run have done.
    public var recordedLosses: RecordedLosses? {
        guard let directory, trainer.step > 0 else { return nil }
        return RecordedLosses(path: Path.join(directory, Self.metricsFile), through: trainer.step)
    }
}

extension TrainingRun {
    /// Whether a directory holds a run that has reached its end.
    public static func isFinished(in directory: String) -> Bool { TrainingState(model: directory).isFinished }
}
