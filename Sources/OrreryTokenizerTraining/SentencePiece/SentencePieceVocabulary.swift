import OrreryTokenizers

/// A `.model` file made of learnt pieces, as sentencepiece lays it out: unknown, begin and end, special tokens, bytes,
/// pieces.
struct SentencePieceVocabulary {
    /// The pieces that every model has.
    static let marks = ["<unk>", "<s>", "</s>"]

    private let settings: SentencePieceTraining
    private let specialTokens: [String]

    /// - Throws: `TokenizerError` if a special token is there twice.
    init(_ settings: SentencePieceTraining, specialTokens: [String]) throws {
        (self.settings, self.specialTokens) = (settings, specialTokens.filter { !Self.marks.contains($0) })
        try AddedTokens.validateNew(Self.marks + self.specialTokens)
    }

    /// The pieces before those that are learnt.
    var reservedCount: Int { Self.marks.count + specialTokens.count + (settings.byteFallback ? 256 : 0) }

    /// - Parameter pieces: characters and scores, in the order of ids.
    func model(_ kind: SentencePieceModel.Kind, _ pieces: [(piece: [UInt32], score: Float)]) -> SentencePieceModel {
        var model = SentencePieceModel(kind: kind)
        for mark in Self.marks + specialTokens {
            model.append(mark.utf8, score: 0, type: mark == "<unk>" ? .unknown : .control)
        }
        if settings.byteFallback {
            for byte in UInt8.min ... UInt8.max { model.append(BytePiece.text(of: byte).utf8, score: 0, type: .byte) }
        }
        for (piece, score) in pieces { model.append(Self.utf8(of: piece), score: score) }
        model.normalizerSettings = .identity
        model.hasByteFallback = settings.byteFallback
        describeTraining(&model.trainer, vocabularySize: model.pieces.count)
        return model
    }

    /// What TrainerSpec says about how pieces were chosen; nothing that reads a model needs it.
    private func describeTraining(_ spec: inout ProtobufMessage, vocabularySize: Int) {
        func flag(_ value: Bool) -> ProtobufMessage.Value { .varint(value ? 1 : 0) }
        spec[4] = .varint(UInt64(vocabularySize))
        spec[10] = .fixed32(Float(settings.characterCoverage).bitPattern)
        spec[18] = .varint(UInt64(settings.longestLine))
        spec[20] = .varint(UInt64(settings.maximalLength))
        spec[21] = flag(settings.splitsByScript)
        spec[22] = flag(settings.splitsByWhitespace)
        spec[23] = flag(settings.splitsByNumber)
        spec[25] = flag(settings.splitsDigits)
    }

    private static func utf8(of piece: [UInt32]) -> [UInt8] {
        piece.flatMap { Array(String(Unicode.Scalar($0).map(Character.init) ?? "\u{FFFD}").utf8) }
    }
}
