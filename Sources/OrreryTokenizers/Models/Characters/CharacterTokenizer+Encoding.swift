extension CharacterTokenizer {
    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        let first = encoding.ids.count
        try addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
            switch segment {
            case .token(let id, let range):
                encoding.append(id, range)
            case .ordinary(let range) where encoding.recordsByteRanges:
                try forEachToken(of: utf8, in: range) { encoding.append($0, $1 ..< $2) }
            case .ordinary(let range):
                // The ids alone, without a growth check per token; there are at most as many as bytes.
                let ids = try [TokenID](unsafeUninitializedCapacity: range.count) { buffer, count in
                    var written = 0
                    defer { count = written }
                    try forEachToken(of: utf8, in: range) { id, _, _ in
                        buffer[written] = id
                        written += 1
                    }
                }
                if encoding.ids.isEmpty { encoding.ids = ids } else { encoding.ids += ids }
            }
        }
        try encoding.truncate(from: first, options, added: 0)
    }

    /// Calls `emit` with each character's id and the start and end of its bytes.
    @inline(__always)
    private func forEachToken(
        of utf8: UnsafeBufferPointer<UInt8>, in range: Range<Int>, _ emit: (TokenID, Int, Int) -> Void
    ) throws {
        // The segment's own buffer, so that a character never reaches over its end into an added token.
        let segment = UnsafeBufferPointer(rebasing: utf8[range])
        try ascii.withUnsafeBufferPointer { ascii in
            var position = 0
            while position < segment.count {
                let byte = segment[position]
                if byte < 0x80, ascii[Int(byte)] != ScalarTable.missing {
                    emit(ascii[Int(byte)], range.lowerBound + position, range.lowerBound + position + 1)
                    position += 1
                } else {
                    let (id, length) = try slowToken(of: segment, at: position, offset: range.lowerBound)
                    emit(id, range.lowerBound + position, range.lowerBound + position + length)
                    position += length
                }
            }
        }
    }

    /// The id and length of the character at `position`, or the error that names it.
    private func slowToken(
        of utf8: UnsafeBufferPointer<UInt8>, at position: Int, offset: Int
    ) throws -> (id: TokenID, length: Int) {
        guard case .scalar(let scalar, let length) = UTF8Step(utf8, at: position) else {
            throw TokenizerError.invalidUTF8(byteOffset: offset + position)
        }
        let id = table[scalar]
        if id != ScalarTable.missing { return (id, length) }
        guard let unknown else {
            throw TokenizerError.unknownCharacter(scalar, byteOffset: offset + position, characters: characters.count)
        }
        return (unknown, length)
    }
}
