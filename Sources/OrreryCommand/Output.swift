import OrreryTerminal

/// Prints a result on standard output; what cannot be written is an error. It hides Swift's own `print`, which would
/// lose it in silence.
func print(_ result: Any, terminator: String = "\n") throws {
    try Terminal.standardOutput.write("\(result)\(terminator)")
}

/// Shows a line of progress, a note or a warning on standard error, wrapped where a person reads it; settings of the
/// library are called by their flags.
func standardError(_ text: String) {
    let terminal = Terminal.standardError, text = FlagNames.inserted(into: text)
    guard terminal.isTerminal else { return terminal.showLine(text) }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        terminal.showLine(TextLayout.wrapped(String(line), to: terminal.width))
    }
}
