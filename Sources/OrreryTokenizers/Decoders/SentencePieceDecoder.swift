/// SentencePiece's way from tokens to text: spaces for "▁", without the one that the normalizer put first; tokens of
/// single bytes joined to characters, U+FFFD for each byte that belongs to none.
///
/// Emits only whole characters. Where the model rewrites decoded text with a character map of its own (few do),
/// everything waits for the end.
///
/// Source: sentencepiece, `src/sentencepiece_processor.cc`, DecodeOptimized.
struct SentencePieceDecoder: TokenDecoder {
    private let tokenizer: SentencePieceTokenizer
    private let skipsSpecialTokens: Bool
    private let dropsFirstSpace: Bool
    private let removesExtraWhitespaces: Bool
    private let unknownSurface: [UInt8]

    /// Whether nothing but dropped spaces has come.
    private var isAtStart = true
    /// Bytes of a character that may yet be completed.
    private var waiting: [UInt8] = []
    /// The whole text, where it is to be rewritten.
    private var whole: [UInt8] = []

    init(_ tokenizer: SentencePieceTokenizer, skipsSpecialTokens: Bool) {
        (self.tokenizer, self.skipsSpecialTokens) = (tokenizer, skipsSpecialTokens)
        let settings = tokenizer.model.normalizerSettings
        dropsFirstSpace = Self.dropsFirstSpace(settings)
        removesExtraWhitespaces = settings.removesExtraWhitespaces
        unknownSurface = tokenizer.model.unknownSurface
    }

    static func dropsFirstSpace(_ settings: SentencePieceModel.NormalizerSettings) -> Bool {
        settings.addsDummyPrefix || settings.removesExtraWhitespaces
    }

    mutating func append(_ id: TokenID, into bytes: inout [UInt8]) throws {
        let model = tokenizer.model
        guard model.pieces.indices.contains(Int(id)) else {
            throw TokenizerError.unknownID(id, vocabularySize: model.pieces.count)
        }
        let piece = model.pieces[Int(id)]
        switch model.types[Int(id)] {
        case .byte:
            waiting.append(BytePiece.byte(of: piece) ?? 0)
            emitCharacters(into: &bytes)
        case .control:
            emitWaiting(into: &bytes)
            if !skipsSpecialTokens || !tokenizer.addedTokens.isSpecial(id) { emit(piece, into: &bytes) }
        case .unknown:
            emitWaiting(into: &bytes)
            // sentencepiece looks for the space in the name of the piece here too.
            if isAtStart, dropsFirstSpace, !removesExtraWhitespaces,
                piece.starts(with: SentencePieceNormalizer.spaceSymbol)
            {
                isAtStart = false
            }
            emit(unknownSurface[...], into: &bytes)
        case .normal, .userDefined, .unused:
            emitWaiting(into: &bytes)
            var rest = piece
            if isAtStart, dropsFirstSpace, rest.starts(with: SentencePieceNormalizer.spaceSymbol) {
                rest = rest.dropFirst(SentencePieceNormalizer.spaceSymbol.count)
                // One space was added; where extra ones are removed, none can be meant.
                isAtStart = removesExtraWhitespaces
            }
            emit(Self.replacingSpaceSymbols(rest)[...], into: &bytes)
        }
    }

    mutating func finish(into bytes: inout [UInt8]) {
        emitWaiting(into: &bytes)
        if let denormalizer = tokenizer.denormalizer {
            bytes += whole.withUnsafeBufferPointer { denormalizer.normalize($0, recordsOrigins: false).bytes }
            whole = []
        }
        isAtStart = true
    }

    private mutating func emit(_ text: ArraySlice<UInt8>, into bytes: inout [UInt8]) {
        guard !text.isEmpty else { return }
        isAtStart = false
        if tokenizer.denormalizer == nil { bytes += text } else { whole += text }
    }

    /// Emits the characters that are complete, and U+FFFD for what cannot become one.
    private mutating func emitCharacters(into bytes: inout [UInt8]) {
        while !waiting.isEmpty {
            switch waiting.withUnsafeBufferPointer({ UTF8Step($0, at: 0) }) {
            case .scalar(_, let length): emitFirst(length, into: &bytes)
            // The bytes after the first are looked at again, each for itself.
            case .invalid: emitReplacement(into: &bytes)
            case .incomplete: return
            }
        }
    }

    /// Emits everything, now that no byte will complete a character.
    private mutating func emitWaiting(into bytes: inout [UInt8]) {
        while !waiting.isEmpty {
            emitReplacement(into: &bytes)
            emitCharacters(into: &bytes)
        }
    }

    private mutating func emitFirst(_ length: Int, into bytes: inout [UInt8]) {
        emit(waiting.prefix(length), into: &bytes)
        waiting.removeFirst(length)
    }

    private mutating func emitReplacement(into bytes: inout [UInt8]) {
        waiting.removeFirst()
        emit([0xEF, 0xBF, 0xBD], into: &bytes)
    }

    /// `piece` with a space for each "▁".
    static func replacingSpaceSymbols(_ piece: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var rest = piece
        while let first = rest.first {
            let isSpace = rest.starts(with: SentencePieceNormalizer.spaceSymbol)
            text.append(isSpace ? 0x20 : first)
            rest = rest.dropFirst(isSpace ? SentencePieceNormalizer.spaceSymbol.count : 1)
        }
        return text
    }
}
