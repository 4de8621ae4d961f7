import ArgumentParser
import Foundation
import OrreryTerminal
import OrreryTokenizerTraining
import OrreryTokenizers
import Synchronization

/// What a person sees of a tokenizer's training: a line with a bar and the time left. Ctrl-C ends the training.
final class TrainerDisplay: Sendable {
    private let line = ProgressLine(.standardError)
    private let stage = Mutex<(name: TokenizerTrainer.Progress.Stage?, started: Double)>((nil, 0))

    /// - Parameter body: trains, and is given what to report to.
    /// - Throws: `Interrupted` after Ctrl-C.
    func show<Result>(
        _ kind: String, _ body: (@escaping TokenizerTrainer.ProgressHandler) throws -> Result
    ) throws -> Result {
        let interrupt = InterruptFlag()
        defer {
            line.finish()
            interrupt.release()
        }
        return try body { [self] progress in
            try interrupt.check()
            line.update(status(progress, kind))
        }
    }

    private func status(_ progress: TokenizerTrainer.Progress, _ kind: String) -> TaskStatus {
        let now = ProcessInfo.processInfo.systemUptime
        let elapsed = stage.withLock { stage in
            if stage.name != progress.stage { stage = (progress.stage, now) }
            return now - stage.started
        }
        let (title, unit) =
            switch progress.stage {
            case .counting: ("counting words", "bytes")
            case .merging: ("learning merges", "tokens")
            case .seeding: ("looking for tokens", "steps")
            case .pruning: ("choosing tokens", "tokens")
            }
        let share = Double(progress.completed) / Double(max(progress.total, 1))
        return TaskStatus(
            "\(kind): \(title)", completed: Double(progress.completed), total: Double(progress.total), unit: unit,
            elapsedSeconds: elapsed,
            secondsLeft: share > 0.01 ? elapsed * (1 - share) / share : nil)
    }
}
