/// Text from tokens as they come, whole characters only.
public struct StreamingDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private let skipsSpecialTokens: Bool
    private var previous: TokenID?
    private var assembler = UTF8Assembler()

    public init(_ tokenizer: any Tokenizer, skipsSpecialTokens: Bool = false) {
        self.tokenizer = tokenizer
        self.skipsSpecialTokens = skipsSpecialTokens
    }

    /// The characters that token `id` completes: often one word, sometimes nothing.
    ///
    /// - Throws: `TokenizerError` if there is no such token.
    public mutating func append(_ id: TokenID) throws -> String {
        assembler.append(try appendBytes(id))
    }

    /// What is left at the end: U+FFFD if the tokens stopped inside a character, else nothing.
    public mutating func finish() -> String {
        previous = nil
        return assembler.finish()
    }

    /// The bytes that token `id` adds, for a reader that joins characters itself: a search for stop strings sits in between.
    public mutating func appendBytes(_ id: TokenID) throws -> [UInt8] {
        if skipsSpecialTokens && tokenizer.addedTokens.isSpecial(id) { return [] }
        var bytes: [UInt8] = []
        try tokenizer.decode(id, after: previous, into: &bytes)
        previous = id
        return bytes
    }
}
