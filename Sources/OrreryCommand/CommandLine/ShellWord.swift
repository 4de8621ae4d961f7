/// A word as it is typed in a shell, for commands that a person may copy from a message.
package enum ShellWord {
    /// The word as it is where a shell takes it so, else in single quotes (POSIX.1-2024, XCU 2.2.2).
    package static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "_./-+,:@%=".contains($0) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// The same for a line that will be wrapped: no break parts the word.
    static func unbroken(_ word: String) -> String { quoted(word).replacing(" ", with: "\u{A0}") }
}
