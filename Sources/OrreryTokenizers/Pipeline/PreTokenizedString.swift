/// A text cut into pieces: words for the model, and added tokens that have been found.
///
/// All pieces share one array of bytes. Source: Hugging Face tokenizers, `src/tokenizer/pre_tokenizer.rs`,
/// PreTokenizedString.
struct PreTokenizedString {
    struct Piece {
        /// Bytes `start ..< end` of the text.
        var start: Int32
        var end: Int32
        /// Where in the source the string begins that this piece was cut from last; 0 where places are not kept.
        var originalStart: Int32
        /// The added token that it is, or -1.
        var token: TokenID

        var range: Range<Int> { Int(start) ..< Int(end) }
    }

    private(set) var text = AlignedBytes()
    private(set) var pieces: [Piece] = []
    let isAligned: Bool

    init(isAligned: Bool) { self.isAligned = isAligned }

    /// Appends the whole of `string`, whose pieces `add` names.
    mutating func append(_ string: consuming NormalizedString, _ add: (_ piece: (Range<Int>, TokenID) -> Void) -> Void)
    {
        let base = text.bytes.count
        if base == 0 {
            text = string.text
        } else {
            text.bytes += string.text.bytes
            text.alignments += string.text.alignments
        }
        add { range, token in
            guard !range.isEmpty else { return }
            pieces.append(piece(base + range.lowerBound, base + range.upperBound, token))
        }
    }

    @inline(__always)
    private func piece(_ start: Int, _ end: Int, _ token: TokenID) -> Piece {
        Piece(
            start: Int32(start), end: Int32(end), originalStart: isAligned ? text.alignments[start].start : 0,
            token: token)
    }

    /// Cuts each piece that is not a token.
    ///
    /// - Parameter find: calls its second argument with every stretch of a piece, from left to right: its start, its
    ///   end, and whether it is a delimiter.
    @inline(__always)
    mutating func split(
        _ behavior: SplitDelimiterBehavior,
        _ find: (_ piece: UnsafeBufferPointer<UInt8>, _ emit: (Int, Int, Bool) -> Void) throws -> Void
    ) rethrows {
        var result: [Piece] = []
        result.reserveCapacity(pieces.count + text.bytes.count / 5)
        try text.bytes.withUnsafeBufferPointer { bytes in
            for piece in pieces {
                if piece.token >= 0 { result.append(piece); continue }
                let base = Int(piece.start)
                var merger = behavior.merger
                func take(_ start: Int, _ end: Int) {
                    if end > start { result.append(self.piece(base + start, base + end, -1)) }
                }
                try find(UnsafeBufferPointer(rebasing: bytes[piece.range])) { merger.append($0, $1, isMatch: $2, take) }
                merger.finish(take)
            }
        }
        pieces = result
    }

    /// Cuts each piece at the characters for which `isDelimiter` is true.
    @inline(__always)
    mutating func split(_ behavior: SplitDelimiterBehavior, at isDelimiter: (UInt32) -> Bool) {
        split(behavior) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
            var last = 0
            var position = 0
            while position < piece.count {
                let (scalar, length) = decodeScalar(piece, at: position)
                if isDelimiter(scalar) {
                    if last < position { emit(last, position, false) }
                    emit(position, position + length, true)
                    last = position + length
                }
                position += length
            }
            if last < position { emit(last, position, false) }
        }
    }

    /// Rewrites each piece that is not a token.
    @inline(__always)
    mutating func transform(_ body: (inout Transformation, Piece) -> Void) {
        var output = AlignedBytes()
        output.reserveCapacity(text.bytes.count + text.bytes.count / 4, aligned: isAligned)
        text.bytes.withUnsafeBufferPointer { bytes in
            text.alignments.withUnsafeBufferPointer { alignments in
                for index in pieces.indices {
                    let piece = pieces[index]
                    let start = output.bytes.count
                    var transformation = Transformation(
                        UnsafeBufferPointer(rebasing: bytes[piece.range]),
                        isAligned ? UnsafeBufferPointer(rebasing: alignments[piece.range]) : nil,
                        originalStart: piece.originalStart, output: output)
                    output = AlignedBytes()
                    if piece.token >= 0 {
                        transformation.keep(transformation.source.count)
                    } else {
                        body(&transformation, piece)
                    }
                    output = transformation.output
                    pieces[index].start = Int32(start)
                    pieces[index].end = Int32(output.bytes.count)
                }
            }
        }
        text = output
    }
}
