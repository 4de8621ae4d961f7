/// Lines that a person types, or that a file or a pipe feeds.
///
/// Where a person types on a terminal, the line can be edited (`LineEditor`), has a history, and may be a text of
/// several lines. Elsewhere lines are read as they are.
public struct LineReader {
    public enum Line: Equatable, Sendable {
        /// What was typed, without its newline; broken UTF-8 comes with replacement characters.
        case text(String)
        case endOfInput
        /// Ctrl-C was pressed while the reader waited.
        case interrupted
    }

    private let terminal: Terminal
    private let isInputTerminal: Bool
    private let readNext: @Sendable () -> String?
    private let edited: EditedInput?

    /// Reads standard input; the prompt goes to standard output, and only where a person sees it and types.
    ///
    /// - Parameters:
    ///   - history: earlier inputs.
    ///   - completions: words that Tab completes at the start of a line.
    ///   - remember: keeps a new entry of the history beyond this process.
    public init(
        history: InputHistory = InputHistory(), completions: [String] = [],
        remember: @escaping (String) -> Void = { _ in }
    ) {
        let terminal = Terminal.standardOutput
        (self.terminal, isInputTerminal) = (terminal, Terminal.isInputTerminal)
        readNext = { FileDescriptor.readInputLine() }
        edited =
            isInputTerminal && terminal.canRedraw
            ? EditedInput(terminal, history: history, completions: completions, remember: remember) : nil
    }

    /// Reads from a function that returns nil at the end.
    package init(prompting terminal: Terminal, isInputTerminal: Bool, readNext: @escaping @Sendable () -> String?) {
        self.terminal = terminal
        self.isInputTerminal = isInputTerminal
        self.readNext = readNext
        edited = nil
    }

    /// Runs `body` where a person may type meanwhile: the keys are not echoed into what the program writes, and wait
    /// for the next line that is read.
    public static func whileWorking<R>(_ body: () throws -> R) rethrows -> R {
        guard Terminal.isInputTerminal, Terminal.standardOutput.canRedraw, RawMode.enterWhileWorking() else {
            return try body()
        }
        defer { RawMode.leave() }
        return try body()
    }

    /// The next line.
    ///
    /// - Parameter interrupt: a flag that ends the wait when it is raised. Without it Ctrl-C does what the process has
    ///   set.
    public func read(prompt: String, interrupt: InterruptFlag? = nil) -> Line {
        if let line = edited?.read(prompt: prompt, interrupt: interrupt) { return line }
        let showsPrompt = isInputTerminal && terminal.isTerminal
        if showsPrompt { terminal.show(prompt) }
        if let interrupt, !waitForLine(interrupt) {
            if showsPrompt { terminal.showLine() }
            return .interrupted
        }
        guard let line = readNext() else {
            // Ctrl-D leaves the cursor behind the prompt.
            if showsPrompt { terminal.showLine() }
            return .endOfInput
        }
        return .text(line)
    }

    /// False once the flag is raised. A terminal hands over one line at a time, so nothing is left in the C library's
    /// buffer that `poll` would not see; a file or a pipe is never waited for here. The signal may be handled on
    /// another thread, which does not end this `poll`: hence the timeout.
    private func waitForLine(_ interrupt: InterruptFlag) -> Bool {
        while !interrupt.isRaised {
            guard isInputTerminal else { return true }
            if FileDescriptor.standardInput.waitUntilReadable(milliseconds: 100) { return true }
        }
        return false
    }
}
