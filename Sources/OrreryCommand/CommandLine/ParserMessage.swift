import ArgumentParser
import OrreryModels

/// What ArgumentParser says of a command line, in the words of this program: the flag, what was expected, what was
/// found; for a missing argument the usage and an example.
package enum ParserMessage {
    /// What belongs behind a flag, where more is to be said than that it is a number.
    private static let expectations = [
        "--seed": "a whole number of 0 or more, or -1 for one that is drawn",
        "--type": "one of " + WeightMix.allCases.map(\.rawValue).joined(separator: ", "),
    ]

    /// - Parameters:
    ///   - message: ArgumentParser's.
    ///   - arguments: the words of the command line.
    package static func plain(_ message: String, arguments: [String]) -> String {
        if let text = invalidValue(message) { return text }
        guard message.hasPrefix("Missing expected argument") else { return message }
        let missing = message.firstMatch(of: /'(.+)'/).map { String($0.1) } ?? ""
        let (command, path) = command(of: arguments)
        let usage = Orrery.usageString(for: command),
            example =
                examples[path.joined(separator: " ")].map { "\nexample: orrery \(path.joined(separator: " ")) \($0)" }
                ?? ""
        return "expected \(missing)\nusage: \(brief(usage))\(example)"
    }

    private static func invalidValue(_ message: String) -> String? {
        guard
            let found = message.wholeMatch(
                of: /The value '(.*)' is invalid for '(-[^ ']+)[^']*'(.*)/.dotMatchesNewlines())
        else { return nil }
        let (value, flag, rest) = (String(found.1), String(found.2), String(found.3))
        if rest.hasPrefix(": ") { return String(rest.dropFirst(2)) }
        if let choices = rest.firstMatch(of: /'.*'/) {
            return
                "\(flag): expected one of \(String(choices.0).replacing("'", with: "").replacing(" and ", with: ", ").replacing(" or ", with: ", ").replacing(",,", with: ",")), found \(value)"
        }
        // What is a number, and yet was not taken, has a fraction or is out of bounds.
        return
            "\(flag): expected \(expectations[flag] ?? (Double(value) == nil ? "a number" : "a whole number")), found \(value)"
    }

    private static func command(of arguments: [String]) -> (any ParsableCommand.Type, path: [String]) {
        var (command, path): (any ParsableCommand.Type, [String]) = (Orrery.self, [])
        for word in arguments {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else { break }
            command = next
            path.append(word)
        }
        return (command.configuration.defaultSubcommand ?? command, path)
    }

    /// The usage without the options that can be left out.
    private static func brief(_ usage: String) -> String {
        let words = usage.replacing("USAGE: ", with: "")
        let required = words.replacing(/\ \[--?[^\]]*\](\ \.\.\.)?/, with: "")
        return required.contains("[<options>]") || required == words ? required : required + " [<options>]"
    }

    private static let examples = [
        "generate": "my-model -p \"Once there was\"", "chat": "model.gguf", "explain": "my-model \"Once there was\"",
        "embed": "encoder \"a text\" \"another\"",
        "eval": "my-model --data text.txt", "inspect": "model.gguf", "convert": "my-model model.gguf --type q8_0",
        "bench": "model.gguf", "bench model": "model.gguf",
        "tokenize": "my-model text.txt",
        "tokenizer train": "--kind bpe --vocab 4096 --data text.txt --out tokenizer.json",
        "tokenizer convert": "tokenizer.json tokenizer.model",
        "logits": "my-model --ids ids.json --out logits.safetensors", "bench tokenizer": "my-model --data text.txt",
    ]
}
