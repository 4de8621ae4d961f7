import OrreryTerminal

/// Prints a result on standard output; what cannot be written is an error. It hides Swift's own `print`, which would lose it in silence.
func print(_ result: Any, terminator: String = "\n") throws {
    try Terminal.standardOutput.write("\(result)\(terminator)")
}

/// Shows a line of progress, a note or a warning on standard error.
func standardError(_ line: String) { Terminal.standardError.showLine(line) }
