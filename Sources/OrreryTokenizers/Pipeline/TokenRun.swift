/// The tokens of one text before it is framed.
struct TokenRun {
    var ids: [TokenID] = []
    /// Where in the source each is from; empty unless asked for.
    var places: [Range<Int>] = []
    /// How many spaces each begins and ends with; empty unless a post-processor leaves them out of places.
    var spaces: [(leading: Int, trailing: Int)] = []

    /// The places of `range` without spaces.
    ///
    /// - Parameter source: where characters are counted.
    func trimmed(_ range: Range<Int>, _ trims: [FramePart.Trim], _ source: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var places = Array(places[range])
        for trim in trims {
            for index in places.indices {
                var (leading, trailing) = spaces[range.lowerBound + index]
                guard leading > 0 || trailing > 0 else { continue }
                var (start, end) = (places[index].lowerBound, places[index].upperBound)
                if leading > 0 {
                    // One space may be the one that was put there.
                    if trim.addsPrefixSpace, leading == 1, index == 0 && trim.isFirst || start == 0 { leading = 0 }
                    start = Self.advance(start, by: leading, limit: end, source)
                }
                // Not where the text before is shorter than the spaces, which a token of a part of a character may
                // have.
                if trailing > 0 {
                    let trimmed = Self.retreat(end, by: &trailing, limit: 0, source)
                    if trailing == 0 { end = max(trimmed, start) }
                }
                places[index] = start ..< end
            }
        }
        return places
    }

    /// - Source: Hugging Face tokenizers, `src/pre_tokenizers/byte_level.rs`, process_offsets, with places in
    ///   characters.
    private static func advance(_ start: Int, by count: Int, limit: Int, _ source: UnsafeBufferPointer<UInt8>) -> Int {
        var position = start
        for _ in 0 ..< count where position < limit {
            position += min(lengthOfCharacter(startingWith: source[position]), limit - position)
        }
        return position
    }

    private static func retreat(
        _ end: Int, by count: inout Int, limit: Int, _ source: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var position = end
        while count > 0, position > limit {
            position -= 1
            while position > limit, source[position] & 0xC0 == 0x80 { position -= 1 }
            count -= 1
        }
        return position
    }
}
