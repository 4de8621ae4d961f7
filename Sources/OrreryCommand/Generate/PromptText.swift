import OrreryFiles

/// A text to continue, from the command line or standard input.
enum PromptText {
    /// `-` reads standard input to its end. Its last line break is the shell's, not the text's.
    static func read(_ argument: String) throws -> String {
        guard argument == "-" else { return argument }
        var text = try StandardInput.text()
        if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
        return text
    }
}

/// The prompts of a file: one a line, or objects of JSON with a "prompt".
package enum PromptFile {
    /// - Parameters:
    ///   - name: what errors call the file; one that ends in .jsonl or .ndjson holds objects.
    ///   - isStream: whether the first line says what the text holds, since the name does not.
    /// - Throws: `FileError` that names the line and what was expected there.
    package static func prompts(in text: String, name: String, isStream: Bool = false) throws -> [String] {
        // By bytes: what else Unicode takes for a line break may stand inside of a text.
        let bytes = text.unicodeScalars.first == "\u{FEFF}" ? text.utf8.dropFirst(3) : text.utf8[...]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }.enumerated().filter { !$0.element.allSatisfy(\.isWhitespace) }
        var holdsObjects = [".jsonl", ".ndjson"].contains { name.lowercased().hasSuffix($0) }
        if isStream, let first = lines.first?.element, (try? prompt(of: first, name, line: 1)) != nil {
            holdsObjects = true
        }
        guard !lines.isEmpty else { throw FileError.content(name, expected: "at least one prompt", found: "none") }
        return try lines.map {
            holdsObjects ? try prompt(of: $0.element, name, line: $0.offset + 1) : String($0.element)
        }
    }

    private static func prompt(of line: Substring, _ name: String, line number: Int) throws -> String {
        let place = "\(name), line \(number)"
        guard case .string(let prompt)? = try JSONValue(parsing: String(line), file: place)["prompt"] else {
            throw FileError.content(place, expected: "an object with the text \"prompt\", as {\"prompt\": \"Once\"}")
        }
        return prompt
    }
}
