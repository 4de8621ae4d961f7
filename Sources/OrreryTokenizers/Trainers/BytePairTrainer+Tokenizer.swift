extension BytePairTrainer {
    /// The tokenizer of what was learnt.
    func tokenizer(
        _ texts: TokenTexts, _ alphabet: ByteLevelAlphabet, _ merges: [(pair: SymbolPair, result: UInt32)]
    ) throws -> BytePairTokenizer {
        let specials = settings.specialTokens.enumerated().map { AddedToken(id: TokenID($0), content: $1) }
        try requireNoWordIsSpecial(specials.count, alphabet, merges, texts)
        var block: [UInt8] = []
        var entries: [TokenBytes.Entry] = []
        for id in specials.count ..< texts.count {
            let start = block.count
            precondition(
                ByteAlphabet.append(texts[UInt32(id)], to: &block), "a learnt token is spelled in the byte alphabet")
            entries.append(TokenBytes.Entry(id: Int32(id), count: Int32(block.count - start), start: start))
        }
        guard !entries.isEmpty else {
            throw TokenizerError.invalid("there is no token but the special ones; expected a text with some bytes")
        }
        let tokens = try block.withUnsafeBufferPointer { try TokenBytes(entries, in: $0) }
        let rules = try MergeRules(tokens, list: Self.distinct(merges))
        return try BytePairTokenizer(
            model: BytePairModel(rules: rules, takesWholeWords: false),
            settings: BytePairTokenizer.Settings(pattern: settings.pattern),
            addedTokens: AddedTokens(specials), endOfText: specials.first?.id)
    }

    /// The merges by rank. Where two ways lead to one token a pair can be merged again later; as in tokenizers' model
    /// the last place counts.
    private static func distinct(_ merges: [(pair: SymbolPair, result: UInt32)]) -> [MergeRules.Merge] {
        var last: [SymbolPair: Int] = [:]
        for (rank, merge) in merges.enumerated() { last[merge.pair] = rank }
        return merges.enumerated().filter { last[$1.pair] == $0 }.map {
            MergeRules.Merge(left: $1.pair.left, right: $1.pair.right, result: $1.result)
        }
    }

    /// A special token that words also become could not be told from them.
    private func requireNoWordIsSpecial(
        _ count: Int, _ alphabet: ByteLevelAlphabet, _ merges: [(pair: SymbolPair, result: UInt32)], _ texts: TokenTexts
    ) throws {
        let learnt = alphabet.ids.compactMap(\.self) + merges.map(\.result)
        guard let id = learnt.first(where: { $0 < count }) else { return }
        let text = TokenizerError.quoted(String(decoding: texts[id], as: UTF8.self))
        throw TokenizerError.invalid(
            "special token \(text) is also a word of the text, or a part of one; expected one that no word can be taken for"
        )
    }
}
