import OrreryFiles

extension SentencePieceModel {
    /// Reads the file at `path`.
    ///
    /// - Throws: `TokenizerError` that names the byte or the piece.
    package init(contentsOf path: String) throws {
        self = try TokenizerError.naming(path) {
            let file = try MappedFile(path: path)
            return try file.withUnsafeBytes { try SentencePieceModel(parsing: $0.assumingMemoryBound(to: UInt8.self)) }
        }
    }

    /// Reads the bytes of a file, none of which is trusted.
    ///
    /// - Throws: `TokenizerError` that names the byte or the piece.
    package init(parsing bytes: UnsafeBufferPointer<UInt8>) throws {
        do {
            try self.init(fields: bytes)
        } catch let failure as ProtobufReader.Failure {
            throw TokenizerError.invalid(
                "byte \(failure.offset): expected \(failure.expected); this is not a SentencePiece model, or it is damaged"
            )
        }
        guard !pieces.isEmpty else { throw TokenizerError.invalid("holds no pieces; expected a SentencePiece model") }
        guard pieces.count <= Int(TokenID.max) else {
            throw TokenizerError.invalid("has \(pieces.count) pieces; expected at most \(TokenID.max)")
        }
    }

    private init(fields bytes: UnsafeBufferPointer<UInt8>) throws {
        self.init(kind: .unigram)
        trainer = ProtobufMessage()
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let range)): try appendPiece(bytes, range)
            // A message that is there twice is one message with the fields of both.
            case (2, .bytes(let range)): try trainer.append(ProtobufMessage(reading: bytes, range))
            case (3, .bytes(let range)): try normalizer.append(ProtobufMessage(reading: bytes, range))
            case (5, .bytes(let range)):
                denormalizer = denormalizer ?? ProtobufMessage()
                try denormalizer?.append(ProtobufMessage(reading: bytes, range))
            default: others.append(try ProtobufMessage(reading: bytes, number, value))
            }
        }
    }

    private mutating func appendPiece(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws {
        var reader = ProtobufReader(bytes, range)
        var piece = 0 ..< 0
        var score: Float = 0
        var type = PieceType.normal
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let range)): piece = range
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            // An enum value that is not listed counts as absent, as in protocol buffers.
            case (3, .varint(let number)): type = UInt8(exactly: number).flatMap(PieceType.init) ?? type
            default: break  // extensions, of which no published model has any
            }
        }
        append(bytes[piece], score: score, type: type)
    }
}

extension ProtobufMessage {
    fileprivate init(reading bytes: UnsafeBufferPointer<UInt8>, _ number: Int, _ value: ProtobufReader.Value) throws {
        self.init()
        switch value {
        case .varint(let value): self[number] = .varint(value)
        case .fixed64(let value): self[number] = .fixed64(value)
        case .fixed32(let value): self[number] = .fixed32(value)
        case .bytes(let range): self[number] = .bytes(Array(bytes[range]))
        }
    }
}

extension SentencePieceModel {
    /// The bytes of a `.model` file, fields in the order of their numbers as sentencepiece writes them: a file that it
    /// wrote comes back byte for byte.
    package var encoded: [UInt8] {
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
    package func write(to path: String) throws { try AtomicFile.write(encoded, to: path) }
}
