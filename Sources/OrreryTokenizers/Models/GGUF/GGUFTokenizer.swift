/// The tokenizer of a GGUF file's `gpt2`, `llama`, `t5`, `bert`, `gemma4`, `rwkv` or `plamo2` vocabulary. Ids are
/// llama.cpp's.
///
/// What users defined as a token is found in every text, as there; marks of structure only if asked for.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::tokenize and token_to_piece.
package struct GGUFTokenizer: Tokenizer {
    package let vocabulary: GGUFVocabulary
    package let addedTokens: AddedTokens
    package var endOfText: TokenID? { vocabulary.special.endOfText }
    package var endTokens: Set<TokenID> { vocabulary.endOfGeneration }
    package var warnings: [String] { vocabulary.warnings + (bytePairs?.warnings ?? []) }

    let partition: SpecialTokenPartition
    private let segmenter: any GGUFSegmenter
    /// The tokens before and after a text.
    package let frame: (prefix: [TokenID], suffix: [TokenID])

    /// - Throws: `TokenizerError` that names the file and the key where no tokenizer can be made from the vocabulary.
    package init(_ vocabulary: GGUFVocabulary) throws {
        self.vocabulary = vocabulary
        partition = SpecialTokenPartition(vocabulary)
        let settings = vocabulary.settings
        frame =
            switch vocabulary.kind {
            case .bert:
                (
                    try [vocabulary.required(\.beginOfText, "bos_token_id")],
                    try [vocabulary.required(\.separator, "seperator_token_id")]
                )
            case .plamo2, .none: ([], [])
            default:
                (
                    try settings.addsBeginOfText ? [vocabulary.required(\.beginOfText, "bos_token_id")] : [],
                    try settings.addsEndOfText ? [vocabulary.required(\.endOfText, "eos_token_id")] : []
                )
            }
        segmenter =
            switch vocabulary.kind {
            case .llama: try GGUFScoredMerges(vocabulary)
            case .t5: try GGUFUnigram(vocabulary)
            case .bert: try GGUFWordPiece(vocabulary)
            case .gemma4: try GGUFRankedMerges(vocabulary)
            case .gpt2 where settings.escapesWhitespaces: try GGUFRankedMerges(vocabulary)
            case .gpt2:
                switch vocabulary.preparation {
                case .hybridDNA: try GGUFHybridDNA(vocabulary)
                case .whitespace: try GGUFWhitespace(vocabulary)
                case nil: try GGUFBytePairs(vocabulary)
                }
            case .rwkv: try GGUFLongestMatch(vocabulary)
            case .plamo2: try GGUFPlamo2(vocabulary)
            case .none: GGUFNumbers(count: vocabulary.tokens.count, file: vocabulary.file)
            }
        let marks = vocabulary.attributes.indices.filter {
            !vocabulary.attributes[$0].isDisjoint(with: [.control, .userDefined, .unknown])
        }
        addedTokens = try AddedTokens(
            marks.map { id in
                var token = AddedToken(
                    id: TokenID(id), content: vocabulary.tokens.text(of: id),
                    isSpecial: !vocabulary.attributes[id].isDisjoint(with: [.control, .unknown]))
                token.lstrip = vocabulary.attributes[id].contains(.stripsLeft)
                token.rstrip = vocabulary.attributes[id].contains(.stripsRight)
                return token
            })
    }

    package var vocabularySize: Int { vocabulary.tokens.count }

    /// What encodes a byte-level vocabulary; nil for the other kinds.
    var bytePairs: GGUFBytePairs? { segmenter as? GGUFBytePairs }
    /// What merges by rank over text; nil for the other kinds.
    var rankedMerges: GGUFRankedMerges? { segmenter as? GGUFRankedMerges }

    package func piece(for id: TokenID) -> [UInt8]? {
        guard vocabulary.tokens.indices.contains(Int(id)), !isFilling(id) else { return nil }
        let attributes = vocabulary.attributes[Int(id)]
        let token = vocabulary.tokens[Int(id)]
        switch vocabulary.kind {
        case .rwkv: return GGUFLongestMatch.bytes(of: token)
        case .none: return GGUFNumbers.text(of: id)
        case .plamo2:
            return attributes.contains(.byte) ? BytePiece.byte(of: token).map { [$0] } ?? Array(token) : Array(token)
        default: break
        }
        if vocabulary.preparation == .hybridDNA, let letters = GGUFHybridDNA.letters(of: token, id, in: vocabulary) {
            return letters
        }
        if !attributes.isDisjoint(with: [.control, .userDefined, .unknown]) { return Array(token) }
        if isByteLevel, attributes.contains(.normal) {
            var bytes: [UInt8] = []
            return ByteAlphabet.append(token, to: &bytes) ? bytes : Array(token)
        }
        if attributes.contains(.normal) { return SentencePieceDecoder.replacingSpaceSymbols(token) }
        if attributes.contains(.byte), let byte = BytePiece.byte(of: token) { return [byte] }
        return []
    }

    /// Whether a token only fills the table up to the model's last row: converters call those `[PAD7]`, by their
    /// number, and unused.
    private func isFilling(_ id: TokenID) -> Bool {
        vocabulary.types[Int(id)].contains(.unused) && vocabulary.tokens[Int(id)].elementsEqual("[PAD\(id)]".utf8)
    }

    var isByteLevel: Bool { vocabulary.kind == .gpt2 && !vocabulary.settings.escapesWhitespaces }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        if vocabulary.kind == .none {
            return GGUFNumbers(count: vocabularySize, file: vocabulary.file).id(of: piece)
        }
        let escaped = piece.flatMap { $0 == 0x20 ? SentencePieceNormalizer.spaceSymbol : [$0] }
        let spelled =
            isByteLevel
            ? Array(ByteAlphabet.spelling(of: piece).utf8)
            : vocabulary.kind == .rwkv ? GGUFLongestMatch.spelling(of: piece) : piece
        for text in [
            piece, spelled, escaped, piece + GGUFHybridDNA.mark,
            piece.count == 1 ? BytePiece.bytes(of: piece[0]) : piece,
        ] {
            let id = vocabulary.index.id(of: text)
            if id != PieceIndex.missing, self.piece(for: id) == piece { return id }
        }
        return nil
    }

    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        if options.addsSpecialTokens { for id in frame.prefix { encoding.append(id, 0 ..< 0) } }
        let first = encoding.ids.count
        var isAfterMark = true
        for fragment in partition.fragments(of: utf8, parsesMarks: options.recognizesSpecialTokens) {
            switch fragment {
            case .token(let id, let range):
                encoding.append(id, range)
                isAfterMark = true
            case .text(let range):
                guard range.count < Int(Int32.max) / 3 else {
                    throw TokenizerError.invalid(
                        "a text of \(range.count) bytes is too long; expected less than 700 megabytes at once")
                }
                try segmenter.segment(
                    UnsafeBufferPointer(rebasing: utf8[range]), isAfterMark: isAfterMark, offset: range.lowerBound,
                    into: &encoding)
                isAfterMark = false
            }
        }
        try encoding.truncate(from: first, options, added: frame.prefix.count + frame.suffix.count)
        if options.addsSpecialTokens { for id in frame.suffix { encoding.append(id, utf8.count ..< utf8.count) } }
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        guard vocabulary.tokens.indices.contains(Int(id)) else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
        guard let piece = piece(for: id) else { return }
        // The space that encoding put first.
        let dropsSpace = previous == nil && segmenter.dropsFirstSpace && piece.first == 0x20
        bytes.append(contentsOf: dropsSpace ? piece.dropFirst() : piece[...])
    }
}

/// How one kind of vocabulary cuts a text that has no special token in it.
protocol GGUFSegmenter: Sendable {
    /// Whether decoded text starts with a space that encoding put there.
    var dropsFirstSpace: Bool { get }

    /// Appends the tokens of `text`.
    ///
    /// - Parameters:
    ///   - isAfterMark: whether it starts the whole text, or follows a special token.
    ///   - offset: where it stands in the whole text.
    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding) throws
}

extension GGUFVocabulary {
    /// The id of a role that encoding cannot do without.
    func required(_ role: KeyPath<SpecialTokens, TokenID?>, _ key: String) throws -> TokenID {
        guard let id = special[keyPath: role] else {
            throw TokenizerError.file(
                file, "field \"tokenizer.ggml.\(key)\": expected the id of a token, found no such key")
        }
        return id
    }
}
