/// Lines that a person types, or that a file or a pipe feeds.
public struct LineReader: Sendable {
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

    /// Reads standard input; the prompt goes to `terminal`, and only where a person sees it and types.
    public init(prompting terminal: Terminal = .standardOutput) {
        self.init(prompting: terminal, isInputTerminal: Terminal.isInputTerminal) { FileDescriptor.readInputLine() }
    }

    /// Reads from a function that returns nil at the end.
    package init(prompting terminal: Terminal, isInputTerminal: Bool, readNext: @escaping @Sendable () -> String?) {
        self.terminal = terminal
        self.isInputTerminal = isInputTerminal
        self.readNext = readNext
    }

    /// The next line.
    ///
    /// - Parameter interrupt: a flag that ends the wait when it is raised. Without it Ctrl-C does what the process has set.
    public func read(prompt: String, interrupt: InterruptFlag? = nil) -> Line {
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

    /// False once the flag is raised. A terminal hands over one line at a time, so nothing is left in the C library's buffer that
    /// `poll` would not see; a file or a pipe is never waited for here. The signal may be handled on another thread, which does not
    /// end this `poll`: hence the timeout.
    private func waitForLine(_ interrupt: InterruptFlag) -> Bool {
        while !interrupt.isRaised {
            guard isInputTerminal else { return true }
            if FileDescriptor.standardInput.waitUntilReadable(milliseconds: 100) { return true }
        }
        return false
    }
}
