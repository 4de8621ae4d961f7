import OrreryTokenizers

extension BytePairTrainer {
    /// The tokenizer of what was learnt.
    func tokenizer(
        _ texts: TokenTexts, _ alphabet: ByteLevelAlphabet, _ merges: [(pair: SymbolPair, result: UInt32)]
    ) throws -> BytePairTokenizer {
        let specials = settings.specialTokens.enumerated().map { AddedToken(id: TokenID($0), content: $1) }
        try requireNoWordIsSpecial(specials.count, alphabet, merges, texts)
        let tokens = (specials.count ..< texts.count).map { (TokenID($0), texts[UInt32($0)]) }
        guard !tokens.isEmpty else {
            throw TokenizerError.invalid("there is no token but the special ones; expected a text with some bytes")
        }
        return try BytePairTokenizer(
            spelled: tokens, merges: Self.distinct(merges), pattern: settings.pattern,
            addedTokens: AddedTokens(specials),
            endOfText: specials.first?.id)
    }

    /// The merges by rank. Where two ways lead to one token a pair can be merged again later; as in tokenizers' model
    /// the last place counts.
    private static func distinct(_ merges: [(pair: SymbolPair, result: UInt32)]) -> [BytePairTokenizer.Merge] {
        var last: [SymbolPair: Int] = [:]
        for (rank, merge) in merges.enumerated() { last[merge.pair] = rank }
        return merges.enumerated().filter { last[$1.pair] == $0 }.map {
            (TokenID($1.pair.left), TokenID($1.pair.right), TokenID($1.result))
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
