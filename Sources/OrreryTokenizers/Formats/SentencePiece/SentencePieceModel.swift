/// What a SentencePiece `.model` file holds: the pieces, and how texts are normalized, cut and put together again.
///
/// Source: sentencepiece, `src/sentencepiece_model.proto`, message ModelProto.
package struct SentencePieceModel: Sendable {
    /// How the pieces of a text are found.
    package enum Kind: Int32, Sendable {
        case unigram = 1
        case bpe = 2
        case word = 3
        case char = 4
    }

    /// What a piece is.
    package enum PieceType: UInt8, Sendable {
        case normal = 1
        case unknown = 2
        /// A mark of structure, such as the end of a text: never found in texts.
        case control = 3
        /// Found in texts before anything else, never split.
        case userDefined = 4
        /// Split again where it was found.
        case unused = 5
        /// One byte, spelled `<0x0A>`.
        case byte = 6
    }

    /// How a text is prepared.
    package struct NormalizerSettings: Sendable, Hashable {
        package var name: String = ""
        /// The compiled replacements, or nothing.
        package var characterMap: [UInt8] = []
        package var addsDummyPrefix = true
        package var removesExtraWhitespaces = true
        package var escapesWhitespaces = true

        package init() {}

        /// sentencepiece's "identity": spaces are merged and escaped, nothing else changes.
        package static var identity: NormalizerSettings {
            var settings = NormalizerSettings()
            settings.name = "identity"
            return settings
        }
    }

    package internal(set) var pieces: PieceTable
    /// The logarithm of each piece's probability, or the negative rank of its merge.
    package internal(set) var scores: [Float]
    package internal(set) var types: [PieceType]

    /// TrainerSpec, with everything that its file said.
    package var trainer: ProtobufMessage
    /// NormalizerSpec, with everything that its file said.
    var normalizer: ProtobufMessage
    /// NormalizerSpec of the decoder, in files that have one.
    var denormalizer: ProtobufMessage?
    /// The other fields of the file.
    var others: ProtobufMessage

    /// Whether the model has a token for every byte, which stand for characters that it lacks.
    package var hasByteFallback: Bool {
        get { trainer.bool(35, default: false) }
        set { trainer[35] = .varint(newValue ? 1 : 0) }
    }

    package var kind: Kind {
        // A value that is not listed counts as absent, as in protocol buffers.
        get { trainer.numbers(3).compactMap { Kind(rawValue: Int32(truncatingIfNeeded: $0)) }.last ?? .unigram }
        set { trainer[3] = .varint(UInt64(newValue.rawValue)) }
    }

    /// Whether a word ends with its space instead of starting with it.
    package var treatsWhitespaceAsSuffix: Bool {
        get { trainer.bool(24, default: false) }
        set { trainer[24] = .varint(newValue ? 1 : 0) }
    }

    /// What an unknown token is decoded to.
    package var unknownSurface: [UInt8] { trainer.bytes(44) ?? Array(" \u{2047} ".utf8) }

    package var normalizerSettings: NormalizerSettings {
        get { NormalizerSettings(normalizer) }
        set { newValue.write(to: &normalizer) }
    }

    /// nil where decoded text is left as it is.
    package var denormalizerSettings: NormalizerSettings? { denormalizer.map(NormalizerSettings.init) }

    /// A model to be written: pieces are appended, the rest is set.
    package init(kind: Kind) {
        (pieces, scores, types) = (PieceTable(), [], [])
        (trainer, normalizer, others) = (ProtobufMessage(), ProtobufMessage(), ProtobufMessage())
        self.kind = kind
    }

    package mutating func append(_ piece: some Sequence<UInt8>, score: Float, type: PieceType = .normal) {
        pieces.append(piece)
        scores.append(score)
        types.append(type)
    }
}

extension SentencePieceModel.NormalizerSettings {
    init(_ message: ProtobufMessage) {
        name = String(decoding: message.bytes(1) ?? [], as: UTF8.self)
        characterMap = message.bytes(2) ?? []
        addsDummyPrefix = message.bool(3, default: true)
        removesExtraWhitespaces = message.bool(4, default: true)
        escapesWhitespaces = message.bool(5, default: true)
    }

    func write(to message: inout ProtobufMessage) {
        message[1] = .bytes(Array(name.utf8))
        message[2] = .bytes(characterMap)
        message[3] = .varint(addsDummyPrefix ? 1 : 0)
        message[4] = .varint(removesExtraWhitespaces ? 1 : 0)
        message[5] = .varint(escapesWhitespaces ? 1 : 0)
    }
}
