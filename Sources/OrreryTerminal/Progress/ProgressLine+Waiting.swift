import Foundation

extension ProgressLine {
    /// Shows what is being done, and for how long, while `body` does it; what is done in a blink is not shown.
    ///
    /// - Parameter patience: seconds before the first line; by default 1 on a terminal, 10 in a log, which is not read
    ///   meanwhile.
    public static func waiting<R>(
        _ title: String, on terminal: Terminal = .standardError, patience: Double? = nil, _ body: () throws -> R
    ) rethrows -> R {
        let clock = WaitingClock(ProgressLine(terminal), title, patience: patience ?? (terminal.isTerminal ? 1 : 10))
        defer { clock.stop() }
        return try body()
    }
}

/// A thread that shows the seconds going by.
private final class WaitingClock: @unchecked Sendable {  // every access to `isStopped` is under the condition's lock
    private let condition = NSCondition()
    private var isStopped = false
    private let line: ProgressLine
    private let title: String

    init(_ line: ProgressLine, _ title: String, patience: Double) {
        (self.line, self.title) = (line, title)
        let thread = Thread { [self] in run(patience: patience) }
        thread.start()
    }

    private func run(patience: Double) {
        let start = Date()
        condition.lock()
        defer { condition.unlock() }
        var next = start + patience
        while !isStopped {
            if condition.wait(until: next) { continue }
            line.update(TaskStatus(title, completed: 0, unit: "", elapsedSeconds: Date().timeIntervalSince(start)))
            next = Date() + 0.5
        }
    }

    /// Takes the line away.
    func stop() {
        condition.lock()
        isStopped = true
        condition.signal()
        condition.unlock()
        line.finish(keepingLastLine: false)
    }
}
