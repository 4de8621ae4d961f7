import OrreryTokenizers

/// The tokens of a tokenizer as texts, in a tree of their bytes.
///
/// Tokens that mark structure (special ones, and those that end a text) are in no text: a grammar never takes their
/// spelling for them.
public final class TokenVocabulary: Sendable {
    /// The number of ids; masks have a bit for each.
    public let count: Int
    /// The tokens that end a text.
    public let endTokens: [TokenID]
    let tree: TokenTree
    /// What the tokens do in a string of JSON, found when first asked for.
    let runs: StringRuns
    /// Whether each byte is a token of its own, so that every text can be written.
    public let hasEveryByte: Bool
    /// Tokens with four quotes or more, which can hold two keys.
    let manyQuotes: [(token: TokenID, bytes: [UInt8])]
    private let bytes: [[UInt8]?]

    /// The vocabulary of a tokenizer.
    public convenience init(_ tokenizer: any Tokenizer) {
        let special = Set(tokenizer.addedTokens.filter(\.isSpecial).map(\.id)).union(tokenizer.endTokens)
        let pieces = (0 ..< tokenizer.vocabularySize).map { id -> [UInt8]? in
            special.contains(TokenID(id)) ? nil : tokenizer.piece(for: TokenID(id))
        }
        self.init(pieces, endTokens: tokenizer.endTokens.sorted())
    }

    /// A vocabulary of tokens by id; nil and empty ones are in no text.
    public init(_ tokens: [[UInt8]?], endTokens: [TokenID]) {
        count = tokens.count
        self.endTokens = endTokens.filter { $0 >= 0 && Int($0) < tokens.count }
        bytes = tokens
        tree = TokenTree(tokens)
        runs = StringRuns(tree, tokenCount: tokens.count)
        _ = runs.run(below: -1)
        manyQuotes = tokens.enumerated().compactMap { id, bytes in
            guard let bytes, bytes.count(where: { $0 == UInt8(ascii: "\"") }) >= 4 else { return nil }
            return (TokenID(id), bytes)
        }
        let single = Set(tokens.compactMap { $0?.count == 1 ? $0![0] : nil })
        hasEveryByte = single.count == 256
    }

    /// The bytes of a token that can be in a text.
    func bytes(of token: TokenID) -> [UInt8]? { bytes.indices.contains(Int(token)) ? bytes[Int(token)] : nil }
}
