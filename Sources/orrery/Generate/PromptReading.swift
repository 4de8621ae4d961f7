import OrreryTerminal

/// Reads a prompt piece by piece. One that takes long shows how far it is, on standard error.
enum PromptReading {
    /// - Parameters:
    ///   - total: tokens of the prompt.
    ///   - advance: reads a piece; whether more is missing.
    ///   - done: tokens that have been read.
    static func run(_ total: Int, interrupt: InterruptFlag, advance: () -> Bool, done: () -> Int) {
        let start = ContinuousClock.now, line = ProgressLine(logInterval: 10)
        defer { line.finish(keepingLastLine: false) }
        // What is done in a blink needs no line, and a log is not read meanwhile.
        let patience = Terminal.standardError.isTerminal ? 1.0 : 10
        while !interrupt.isRaised, advance() {
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            guard elapsed >= patience else { continue }
            line.update(TaskStatus("Reading the prompt", completed: Double(done()), total: Double(total), unit: "tokens", elapsedSeconds: elapsed))
        }
    }
}
