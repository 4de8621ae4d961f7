import Foundation
import OrreryTerminal

/// Reads a prompt piece by piece. One that takes long shows how far it is, on standard error.
package enum PromptReading {
    /// - Parameters:
    ///   - total: tokens of the prompt.
    ///   - isStopped: asked before each piece.
    ///   - advance: reads a piece; whether more is missing.
    ///   - done: tokens that have been read.
    ///   - now: seconds on a clock that only goes forward.
    package static func run(
        _ total: Int, on terminal: Terminal = .standardError, isStopped: () -> Bool, advance: () -> Bool,
        done: () -> Int,
        now: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
    ) {
        let start = now(), line = ProgressLine(terminal, logInterval: 10, now: now)
        defer { line.finish(keepingLastLine: false) }
        // What is done in a blink needs no line, and a log is not read meanwhile.
        let patience = terminal.isTerminal ? 1.0 : 10
        while !isStopped(), advance() {
            let elapsed = now() - start
            guard elapsed >= patience else { continue }
            line.update(
                TaskStatus(
                    "Reading the prompt", completed: Double(done()), total: Double(total), unit: "tokens",
                    elapsedSeconds: elapsed))
        }
    }
}
