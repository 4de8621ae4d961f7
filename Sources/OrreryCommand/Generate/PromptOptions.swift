import ArgumentParser
import OrreryFiles
import OrreryTerminal

/// What is continued.
struct PromptOptions: ParsableArguments {
    @Option(
        name: [.customShort("p"), .customLong("prompt")],
        help: """
            Text to continue; - reads it from standard input, without its last line break. May be given several times. (default: standard input, unless it is a \
            terminal)
            """)
    var prompts: [String] = []

    @Option(
        name: .customLong("prompts"),
        help: ArgumentHelp(
            """
            File of texts to continue: one a line, or a JSON object with a "prompt" a line where the name ends in .jsonl or .ndjson; - reads standard input, in \
            either form. (default: --prompt)
            """, valueName: "file"))
    var file: String?

    func validate() throws {
        if file != nil, !prompts.isEmpty { throw ValidationError("--prompt and --prompts: expected one of them") }
        if prompts.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("--prompt -: standard input can be read once; expected it once")
        }
    }

    /// Whether what is continued comes from standard input, without a flag that says so.
    var isStandardInput: Bool { prompts.isEmpty && file == nil && !Terminal.isInputTerminal }

    /// The texts, in their order: at least one.
    func read() throws -> [String] {
        if let file {
            if file == "-" {
                return try PromptFile.prompts(in: StandardInput.text(), name: "standard input", isStream: true)
            }
            guard let text = String(validating: try WholeFile.read(file), as: UTF8.self) else {
                throw FileError.content(file, expected: "UTF-8 text")
            }
            return try PromptFile.prompts(in: text, name: file)
        }
        if !prompts.isEmpty { return try prompts.map(PromptText.read) }
        return [Terminal.isInputTerminal ? "" : try PromptText.read("-")]
    }
}
