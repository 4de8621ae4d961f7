extension CharacterTokenizer {
    /// The tokenizer of the distinct characters of `utf8`; an `endOfText` spelled out in it counts as that token.
    ///
    /// - Throws: `TokenizerError` if the text is empty or not UTF-8.
    package init(training utf8: UnsafeBufferPointer<UInt8>, endOfText: String? = nil, unknown: String? = nil) throws {
        let contents = [endOfText, unknown].compactMap { $0 }
        let markers = try AddedTokens(contents.enumerated().map { AddedToken(id: TokenID($0), content: $1) })
        var seen = ScalarSet()
        try markers.forEachSegment(of: utf8, recognizesSpecialTokens: true) { segment in
            guard case .ordinary(let range) = segment else { return }
            try seen.insertScalars(of: UnsafeBufferPointer(rebasing: utf8[range]), offset: range.lowerBound)
        }
        guard !seen.isEmpty else {
            throw TokenizerError.invalid("the training text is empty; expected at least one character")
        }
        try self.init(characters: seen.sorted, endOfText: endOfText, unknown: unknown)
    }

    /// The tokenizer of the distinct characters of `text`.
    package init(training text: String, endOfText: String? = nil, unknown: String? = nil) throws {
        var text = text
        self = try text.withUTF8 { try CharacterTokenizer(training: $0, endOfText: endOfText, unknown: unknown) }
    }
}

/// A set of scalars as one bit each: 136 KB, in the order of `sorted`.
private struct ScalarSet {
    private var words = [UInt64](repeating: 0, count: 0x110000 / 64)

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    var sorted: [Unicode.Scalar] {
        words.indices.filter { words[$0] != 0 }.flatMap { word in
            (0 ..< 64).filter { words[word] >> $0 & 1 == 1 }.map { Unicode.Scalar(UInt32(word * 64 + $0))! }
        }
    }

    /// Adds the characters of `utf8`; `offset` is where it stands in the whole text, for the error.
    mutating func insertScalars(of utf8: UnsafeBufferPointer<UInt8>, offset: Int) throws {
        try words.withUnsafeMutableBufferPointer { words in
            var position = 0
            while position < utf8.count {
                guard case .scalar(let scalar, let length) = UTF8Step(utf8, at: position) else {
                    throw TokenizerError.invalidUTF8(byteOffset: offset + position)
                }
                words[Int(scalar.value >> 6)] |= 1 << UInt64(scalar.value & 63)
                position += length
            }
        }
    }
}
