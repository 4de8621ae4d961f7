/// A word of at most 15 bytes as two registers: its bytes, zeros, and its length in the last byte. Comparing two words
/// is two comparisons of integers, with no loop whose length the processor has to guess.
struct WordKey {
    static let maximalLength = 15

    /// Bytes 0 to 7, the first lowest.
    let low: UInt64
    /// Bytes 8 to 14, and the length in bits 56 to 59.
    let high: UInt64

    @inline(__always)
    init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

    /// The key of the first `length` bytes of sixteen.
    ///
    /// - Precondition: 1 <= length <= 15
    @inline(__always)
    init(_ sixteen: SixteenBytes, length: Int) {
        let lowMask = ~UInt64(0) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* min(length, 8))
        let highMask = length > 8 ? ~UInt64(0) &>> UInt64(truncatingIfNeeded: 128 &- 8 &* length) : 0
        low = sixteen.low & lowMask
        high = sixteen.high & highMask | UInt64(truncatingIfNeeded: length) << 56
    }

    /// The key of this word with another behind it.
    ///
    /// - Precondition: together they have at most 15 bytes.
    func followed(by next: WordKey) -> WordKey {
        let own = high >> 56
        let length = own + next.high >> 56
        let rest = next.high & ~(0xFF << 56)
        let bits = 8 * own
        let joined =
            own < 8
            ? (low | next.low << bits, next.low >> (64 - bits) | rest << bits)
            : (low, high & ~(0xFF << 56) | next.low << (bits - 64))
        return WordKey(low: joined.0, high: joined.1 | length << 56)
    }

    /// The key of `length` bytes at `bytes`, of which `available` may be read.
    ///
    /// - Precondition: 1 <= length <= 15, length <= available.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>, length: Int, available: Int) {
        self.init(available >= 16 ? SixteenBytes(bytes) : SixteenBytes(bytes, count: length), length: length)
    }
}

/// Sixteen bytes of text in two registers, the first in the lowest byte of `low`.
struct SixteenBytes {
    let low: UInt64
    let high: UInt64

    /// - Precondition: sixteen bytes may be read.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>) {
        let raw = UnsafeRawPointer(bytes)
        low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
        high = UInt64(littleEndian: (raw + 8).loadUnaligned(as: UInt64.self))
    }

    /// Reads `count` bytes, at most sixteen, and no more: the last words of a text. The others are zeros.
    @inline(never)
    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for index in 0 ..< count {
            let byte = UInt64(bytes[index]) << UInt64(8 * (index & 7))
            if index < 8 { low |= byte } else { high |= byte }
        }
        (self.low, self.high) = (low, high)
    }
}
