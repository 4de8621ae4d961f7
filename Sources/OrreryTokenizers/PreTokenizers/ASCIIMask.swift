/// Classes of eight bytes at once: in each byte of the result the highest bit says whether that byte of `word` is of the class; the
/// others are 0. Which byte is the first of a class is then a count of trailing zeros.
///
/// Adding 0x80 - x to a byte of seven bits carries into the eighth from x on, and no sum leaves its byte.
enum ASCIIMask {
    static let all: UInt64 = 0x8080_8080_8080_8080

    /// "A"..."Z" and "a"..."z". With bit 5 set, letters are "a"..."z" and nothing else becomes one.
    @inline(__always)
    static func letters(_ word: UInt64) -> UInt64 { lowercase(word | 0x2020_2020_2020_2020) }

    /// "a"..."z"
    @inline(__always)
    static func lowercase(_ word: UInt64) -> UInt64 {
        let low = word & ~all
        return (low &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(low &+ 0x0505_0505_0505_0505) & ~word & all
    }

    /// "A"..."Z"
    @inline(__always)
    static func uppercase(_ word: UInt64) -> UInt64 {
        let low = word & ~all
        return (low &+ 0x3F3F_3F3F_3F3F_3F3F) & ~(low &+ 0x2525_2525_2525_2525) & ~word & all
    }

    /// The number of bytes before the first that is marked in `low`, or else in `high`; 16 if none is. Without a branch: how long a
    /// word is cannot be guessed.
    @inline(__always)
    static func first(_ low: UInt64, _ high: UInt64) -> Int {
        let inLow = low.trailingZeroBitCount
        let isBeyond = inLow &>> 6  // 1 if all 64 bits are zeros
        return (inLow &+ high.trailingZeroBitCount & (0 &- isBeyond)) &>> 3
    }
}
