import OrreryFiles

/// The losses in a run's `metrics.jsonl`.
package struct RecordedLosses: Sendable {
    package private(set) var losses: [(step: Int, loss: Double)] = []
    package private(set) var validations: [(step: Int, loss: Double)] = []

    /// - Parameter last: the step after which nothing counts. Lines that are damaged are left out, and a file that is
    ///   not there has none.
    init(path: String, through last: Int) {
        for record in (try? MetricsRecord.read(path, through: last)) ?? [] {
            if let loss = record.loss { losses.append((record.step, loss)) }
            if let loss = record.validationLoss { validations.append((record.step, loss)) }
        }
    }
}

extension TrainingRun {
    /// The losses of the steps that earlier parts of this run have done.
    package var recordedLosses: RecordedLosses? {
        guard let directory, trainer.step > 0 else { return nil }
        return RecordedLosses(path: Path.join(directory, Self.metricsFile), through: trainer.step)
    }
}

extension TrainingRun {
    /// Whether a directory holds a run that has reached its end.
    package static func isFinished(in directory: String) -> Bool { TrainingState(model: directory).isFinished }
}
