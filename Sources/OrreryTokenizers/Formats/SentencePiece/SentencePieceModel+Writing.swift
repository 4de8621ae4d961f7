import OrreryFiles

extension SentencePieceModel {
    /// The bytes of a `.model` file, fields in the order of their numbers as sentencepiece writes them: a file that it
    /// wrote comes back byte for byte.
    public var encoded: [UInt8] {
        var output: [UInt8] = []
        for id in pieces.indices {
            var piece = ProtobufMessage()
            piece[1] = .bytes(Array(pieces[id]))
            piece[2] = .fixed32(scores[id].bitPattern)
            if types[id] != .normal { piece[3] = .varint(UInt64(types[id].rawValue)) }
            ProtobufMessage.append(1, .bytes(piece.encoded), to: &output)
        }
        ProtobufMessage.append(2, .bytes(trainer.encoded), to: &output)
        ProtobufMessage.append(3, .bytes(normalizer.encoded), to: &output)
        for (number, value) in others.fields where number < 5 { ProtobufMessage.append(number, value, to: &output) }
        if let denormalizer { ProtobufMessage.append(5, .bytes(denormalizer.encoded), to: &output) }
        for (number, value) in others.fields where number >= 5 { ProtobufMessage.append(number, value, to: &output) }
        return output
    }

    /// Replaces the file at `path`, whole or not at all.
    public func write(to path: String) throws { try AtomicFile.write(encoded, to: path) }
}
