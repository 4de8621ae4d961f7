/// Turns tokens into text as they come, whole characters only.
public struct StreamingDecoder: Sendable {
    private var decoder: any TokenDecoder
    private var assembler = UTF8Assembler()

    /// A decoder of one text after another.
    ///
    /// - Parameters:
    ///   - tokenizer: the tokenizer that the tokens are from.
    ///   - skipsSpecialTokens: whether added tokens that mark structure are left out.
    public init(_ tokenizer: any Tokenizer, skipsSpecialTokens: Bool = false) {
        decoder = tokenizer.makeDecoder(skipsSpecialTokens: skipsSpecialTokens)
    }

    /// The characters that token `id` completes: often one word, sometimes nothing.
    ///
    /// - Throws: `TokenizerError` if there is no such token.
    public mutating func append(_ id: TokenID) throws -> String {
        assembler.append(try appendBytes(id))
    }

    /// What is left at the end: text that the decoder withheld, U+FFFD if the tokens stopped inside a character, else
    /// nothing.
    ///
    /// - Throws: `TokenizerError` if what was withheld cannot be decoded.
    public mutating func finish() throws -> String { assembler.append(try finishBytes()) + assembler.finish() }

    /// The bytes that token `id` adds, for a reader that joins characters itself: a search for stop strings sits in
    /// between.
    package mutating func appendBytes(_ id: TokenID) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try decoder.append(id, into: &bytes)
        return bytes
    }

    /// The bytes that have waited for a token that will not come.
    ///
    /// - Throws: as `finish`.
    package mutating func finishBytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try decoder.finish(into: &bytes)
        return bytes
    }
}
