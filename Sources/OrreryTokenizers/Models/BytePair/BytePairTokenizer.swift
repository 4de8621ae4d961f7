/// Byte-level byte-pair encoding: GPT-2's, tiktoken's, Llama 3's and Qwen's.
///
/// A pattern cuts the text into words, and each word's bytes are merged pair by pair. Every byte string can be encoded, and decoding
/// gives exactly its bytes back.
public struct BytePairTokenizer: Tokenizer {
    public let addedTokens: AddedTokens
    public let endOfText: TokenID?

    /// How text is cut into words.
    public let pattern: SplitPattern

    let model: BytePairModel
    private let encoders: EncoderPool

    init(model: BytePairModel, pattern: SplitPattern, addedTokens: AddedTokens, endOfText: TokenID?) {
        self.model = model
        self.pattern = pattern
        self.addedTokens = addedTokens
        self.endOfText = endOfText
        encoders = EncoderPool(model)
    }

    public var vocabularySize: Int { addedTokens.reduce(model.tokens.count) { max($0, Int($1.id) + 1) } }

    public func piece(for id: TokenID) -> [UInt8]? {
        if let token = addedTokens.token(for: id) { return Array(token.content.utf8) }
        return model.tokens.contains(Int(id)) ? Array(model.tokens[Int(id)]) : nil
    }

    public func id(forPiece piece: [UInt8]) -> TokenID? {
        addedTokens.id(forContent: piece) ?? piece.withUnsafeBufferPointer { model.tokens.id(of: $0).map { TokenID($0) } }
    }

    public func encode(_ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding) throws {
        try encoders.withEncoder { encoder in
            try addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
                switch segment {
                case .token(let id, let range): encoding.append(id, range)
                case .ordinary(let range): try encode(utf8, range, with: encoder, into: &encoding)
                }
            }
        }
    }

    private func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, with encoder: BytePairEncoder, into encoding: inout Encoding
    ) throws {
        let first = encoding.ids.count
        let text = ScannedText(UnsafeBufferPointer(rebasing: utf8[range]))
        // A token has four bytes or so.
        encoding.ids.reserveCapacity(first + range.count / 4)
        try encoder.encode(text, pattern, into: &encoding.ids)
        guard encoding.recordsByteRanges else { return }
        var start = range.lowerBound
        for id in encoding.ids[first...] {
            let end = start + model.tokens.length(of: Int(id))
            encoding.byteRanges.append(start..<end)
            start = end
        }
    }

    public func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        if let token = addedTokens.token(for: id) {
            bytes.append(contentsOf: token.content.utf8)
        } else if model.tokens.contains(Int(id)) {
            bytes.append(contentsOf: model.tokens[Int(id)])
        } else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
    }

    public func files() throws -> [TokenizerFile] {
        throw TokenizerError.invalid("a byte-pair tokenizer cannot be written as Hugging Face's files yet; keep the file that it was read from")
    }
}

extension BytePairEncoder {
    /// Appends the tokens of `text`, cut into words by `pattern`: one loop compiled per scanner.
    func encode(_ text: ScannedText, _ pattern: SplitPattern, into ids: inout [TokenID]) throws {
        switch pattern {
        case .gpt2: try encode(text, GPT2Scanner(), into: &ids)
        case .cl100k: try encode(text, CL100KScanner(maximalDigits: 3, keepsEndWhole: true), into: &ids)
        case .llama3: try encode(text, CL100KScanner(maximalDigits: 3, keepsEndWhole: false), into: &ids)
        case .qwen2: try encode(text, CL100KScanner(maximalDigits: 1, keepsEndWhole: false), into: &ids)
        case .o200k: try encode(text, O200KScanner(), into: &ids)
        case .none: try encode(text, WholeTextScanner(), into: &ids)
        }
    }
}
