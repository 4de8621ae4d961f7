extension PipelineTokenizer {
    package func makeDecoder(skipsSpecialTokens: Bool) -> any TokenDecoder {
        PipelineTokenDecoder(self, skipsSpecialTokens: skipsSpecialTokens)
    }

    /// How a token is spelled; nil for a hole of the vocabulary, which tokenizers passes over.
    ///
    /// - Throws: `TokenizerError` where the vocabulary is too small for it.
    func text(of id: TokenID) throws -> [UInt8]? {
        if let text = spelling(of: id) { return text }
        guard (0 ..< vocabularySize).contains(Int(id)) else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
        return nil
    }

    /// What `id` adds where nothing is withheld. Decoders that look ahead are exact through `makeDecoder` only.
    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        guard let text = try text(of: id) else { return }
        var chain = DecodingChain(decoder, isContinuation: previous != nil, keepsBytes: true)
        try chain.append(text, into: &bytes)
        try chain.finish(into: &bytes)
    }
}

/// Tokens through the steps of a decoder, one by one.
struct PipelineTokenDecoder: TokenDecoder {
    private let tokenizer: PipelineTokenizer
    private let skipsSpecialTokens: Bool
    private var chain: DecodingChain

    init(_ tokenizer: PipelineTokenizer, skipsSpecialTokens: Bool) {
        self.tokenizer = tokenizer
        self.skipsSpecialTokens = skipsSpecialTokens
        chain = DecodingChain(tokenizer.decoder)
    }

    mutating func append(_ id: TokenID, into bytes: inout [UInt8]) throws {
        guard let text = try tokenizer.text(of: id) else { return }
        if skipsSpecialTokens && tokenizer.added.isSpecial(text) { return }
        try chain.append(text, into: &bytes)
    }

    mutating func finish(into bytes: inout [UInt8]) throws {
        defer { chain = DecodingChain(tokenizer.decoder) }
        try chain.finish(into: &bytes)
    }
}
