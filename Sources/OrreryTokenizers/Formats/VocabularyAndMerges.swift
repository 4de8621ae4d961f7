import OrreryFiles

extension BytePairTokenizer {
    /// GPT-2's format: `vocab.json`, and beside it `merges.txt`.
    ///
    /// The files name no pattern and no added tokens. `tokenizer_config.json` next to them may: its class (Qwen2Tokenizer; else GPT-2's
    /// pattern) and its `added_tokens_decoder`, and so may `added_tokens.json`. Without it a `<|endoftext|>` in the vocabulary is the end of a text, as in GPT-2.
    ///
    /// - Parameter pattern: instead of the one that the class stands for.
    /// - Throws: `TokenizerError` or `FileError` naming the file and what was expected.
    public init(vocabulary path: String, pattern: SplitPattern? = nil) throws {
        let configuration = try TokenizerConfiguration(beside: path)
        let members = try JSONFields(JSONValue(contentsOf: path), file: path)
        let added = try Self.addedTokens(members, configuration, path)

        var vocabulary = ByteLevelVocabulary(file: path)
        for (piece, value) in members.object.members {
            guard case .int(let id) = value, let id = Int(exactly: id) else { throw members.error(piece, expected: "an id") }
            if let id = TokenID(exactly: id), added.token(for: id)?.content.utf8.elementsEqual(piece.utf8) == true { continue }
            try vocabulary.add(piece.utf8, id: id)
        }
        try vocabulary.finish()
        let merges = Path.join(Path.parent(path), "merges.txt")
        try TokenizerError.naming(merges) { try Self.readMerges(merges, into: &vocabulary) }

        let isQwen = try configuration?.fields.stringIfPresent("tokenizer_class")?.hasPrefix("Qwen2") == true
        var settings = Settings(pattern: pattern ?? (isQwen ? .qwen2 : .gpt2))
        settings.composes = isQwen
        settings.otherBytes = vocabulary.otherBytes
        settings.spellsAddedTokens(added)
        if !added.areFoundAlike(behindNormalizer: settings.composes) { settings.added = try AddedVocabulary(Array(added), normalizer: nil) }
        let end = try configuration?.content(of: "eos_token") ?? "<|endoftext|>"
        try self.init(
            model: vocabulary.model(takesWholeWords: false, repeated: .last), settings: settings, addedTokens: added,
            endOfText: added.id(forContent: Array(end.utf8)))
    }

    private static func addedTokens(_ vocabulary: JSONFields, _ configuration: TokenizerConfiguration?, _ path: String) throws -> AddedTokens {
        if let configuration, configuration.fields.has("added_tokens_decoder") { return try AddedTokens(configuration.addedTokens) }
        let end = "<|endoftext|>"
        func id(_ text: String) -> TokenID? { (try? vocabulary.intIfPresent(text, in: 0...TokenBytes.maximalCount)).flatMap { $0 }.map { TokenID($0) } }
        let further = try FurtherTokens(beside: path, configuration, size: vocabulary.object.count, id: id)
        let ends = (further.known + further.tokens).contains { $0.content.utf8.elementsEqual(end.utf8) } ? [] : id(end).map { [AddedToken(id: $0, content: end)] } ?? []
        return try AddedTokens(ends + further.known + further.tokens)
    }

    private static func readMerges(_ path: String, into vocabulary: inout ByteLevelVocabulary) throws {
        let text = try WholeFile.read(path, limit: TiktokenReader.maximalBytes)
        for (number, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty || line.starts(with: Array("#version".utf8)) { continue }
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError.file(path, "line \(number + 1) has \(parts.count - 1) spaces; expected two tokens with a space between")
            }
            try vocabulary.addMerge(parts[0], parts[1])
        }
    }
}
