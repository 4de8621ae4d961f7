import Foundation
import OrreryTerminal

/// Shows on standard error how long an answer keeps one waiting, and how far its prompt has been read.
final class AnswerWaiting {
    /// The answer, once there is one.
    var answer: (any Answer)?
    private let start = ProcessInfo.processInfo.systemUptime
    private let patience: Double
    private var line: ProgressLine?

    init(_ terminal: Terminal) {
        line = ProgressLine(terminal)
        // What is done in a blink needs no line, and a log is not read meanwhile.
        patience = terminal.isTerminal ? 1 : 10
    }

    /// Looks what has been reached.
    func look() {
        guard let line else { return }
        let elapsed = ProcessInfo.processInfo.systemUptime - start
        guard elapsed >= patience else { return }
        if let (done, total) = answer?.reading {
            line.update(
                TaskStatus(
                    "Reading the prompt", completed: Double(done), total: Double(total), unit: "tokens",
                    elapsedSeconds: elapsed))
        } else {
            line.update(TaskStatus("Waiting for the answer", completed: 0, unit: "", elapsedSeconds: elapsed))
        }
    }

    /// Takes the line away.
    func end() {
        line?.finish(keepingLastLine: false)
        line = nil
    }
}
