extension PipelineTokenizer {
    public func makeDecoder(skipsSpecialTokens: Bool) -> any TokenDecoder {
        PipelineTokenDecoder(self, skipsSpecialTokens: skipsSpecialTokens)
    }

    /// What `id` adds where nothing is withheld. Decoders that look ahead are exact through `makeDecoder` only.
    public func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        guard let text = spelling(of: id) else { throw TokenizerError.unknownID(id, vocabularySize: vocabularySize) }
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
        guard let text = tokenizer.spelling(of: id) else {
            throw TokenizerError.unknownID(id, vocabularySize: tokenizer.vocabularySize)
        }
        if skipsSpecialTokens && tokenizer.added.isSpecial(text) { return }
        try chain.append(text, into: &bytes)
    }

    mutating func finish(into bytes: inout [UInt8]) throws {
        defer { chain = DecodingChain(tokenizer.decoder) }
        try chain.finish(into: &bytes)
    }
}
