import ArgumentParser
import OrreryFiles
import OrreryTerminal
import OrreryTokenizers

/// Ids back to the text that they stand for.
struct TokenDecoding {
    let name: String
    let tokenizer: any Tokenizer
    let ids: [TokenID]
    /// Whether tokens that mark structure are left out of the text.
    let skipsSpecialTokens: Bool

    /// The exact bytes; on a terminal as characters that are safe there.
    func write(_ output: OutputOptions) throws {
        let bytes: [UInt8]
        do { bytes = try tokenizer.decodeBytes(ids, skipsSpecialTokens: skipsSpecialTokens) } catch let error
            as TokenizerError
        {
            throw InputError("the ids: \(error)")
        }
        if output.json {
            var object = JSONObject()
            object["tokenizer"] = JSONValue(name)
            object["ids"] = JSONValue(ids.map(Int.init))
            object["text"] = JSONValue(String(decoding: bytes, as: UTF8.self))
            return try output.print(object)
        }
        let out = Terminal.standardOutput
        guard out.isTerminal else { return try out.write(bytes) }
        try out.writeLine(safeForTerminal(String(decoding: bytes, as: UTF8.self), out.appearance))
    }
}

/// Token ids as people and programs write them: numbers with spaces or commas between them, a list of JSON, or an
/// object of JSON with `ids`.
package enum TokenIDText {
    /// - Parameter vocabulary: the number of ids that there are.
    /// - Throws: `FileError` naming the source, the place, from 0, and what was expected there.
    package static func ids(in text: some StringProtocol, source: String, vocabulary: Int) throws -> [TokenID] {
        let start = text.first { !$0.isWhitespace }
        let words: [String]
        if start == "[" || start == "{" {
            let value = try JSONValue(parsing: String(text), file: source)
            guard case .array(let values)? = start == "[" ? value : value["ids"] else {
                throw FileError.content(source, expected: "a list of ids, or an object with the list \"ids\"")
            }
            words = values.map { $0.text(.compact) }
        } else {
            words = text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map { String($0) }
        }
        return try words.enumerated().map { place, word in
            guard let id = TokenID(word), (0 ..< vocabulary).contains(Int(id)) else {
                throw FileError.content(
                    "\(source), [\(place)]", expected: "an id from 0 to \(vocabulary - 1)",
                    found: FileError.oneLine(word, limit: 40))
            }
            return id
        }
    }

    /// Whether an argument can be nothing but ids.
    package static func looksLikeIDs(_ argument: String) -> Bool {
        !argument.isEmpty && argument.utf8.allSatisfy { "0123456789[], \n\t".utf8.contains($0) }
    }
}
