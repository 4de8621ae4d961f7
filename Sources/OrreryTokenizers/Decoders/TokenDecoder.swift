/// Turns the tokens of a text into its bytes, one after the other: what a token adds may depend on all that came before.
public protocol TokenDecoder: Sendable {
    /// Appends to `bytes` what `id` adds; a byte that may become part of a character can wait for the next token.
    ///
    /// - Throws: `TokenizerError` if there is no token `id`.
    mutating func append(_ id: TokenID, into bytes: inout [UInt8]) throws

    /// Appends what has waited, and is ready for another text, also where it throws.
    ///
    /// - Throws: `TokenizerError` if what has waited cannot be decoded: a regular expression of the decoder takes too
    ///   long on it.
    mutating func finish(into bytes: inout [UInt8]) throws
}

/// The decoder of a tokenizer for which the token before is all that matters.
struct FoldingDecoder: TokenDecoder {
    private let tokenizer: any Tokenizer
    private let skipsSpecialTokens: Bool
    private var previous: TokenID?

    init(_ tokenizer: any Tokenizer, skipsSpecialTokens: Bool) {
        (self.tokenizer, self.skipsSpecialTokens) = (tokenizer, skipsSpecialTokens)
    }

    mutating func append(_ id: TokenID, into bytes: inout [UInt8]) throws {
        if skipsSpecialTokens && tokenizer.addedTokens.isSpecial(id) { return }
        try tokenizer.decode(id, after: previous, into: &bytes)
        previous = id
    }

    mutating func finish(into bytes: inout [UInt8]) { previous = nil }
}

extension Tokenizer {
    /// A decoder that folds `decode(_:after:into:)` over the tokens.
    public func makeDecoder(skipsSpecialTokens: Bool) -> any TokenDecoder {
        FoldingDecoder(self, skipsSpecialTokens: skipsSpecialTokens)
    }
}
