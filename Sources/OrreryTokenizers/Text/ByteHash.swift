/// A fast hash of short byte strings: eight bytes a step, folded by a 128-bit product (the mixing of Wang Yi's wyhash).
///
/// The seed differs from process to process, so that nobody can write a vocabulary or a text whose strings all collide.
/// Nothing that is written or returned depends on it.
enum ByteHash {
    private static let seed = UInt64.random(in: .min ... .max) | 1
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    static func hash(_ bytes: UnsafeRawPointer, count: Int) -> UInt64 { hash(bytes, count: count, seed: seed) }

    /// For loops: `seed` is a global, which a loop should read once.
    static var currentSeed: UInt64 { seed }

    @inline(__always)
    static func hash(_ bytes: UnsafeRawPointer, count: Int, seed: UInt64) -> UInt64 {
        var state = seed ^ UInt64(truncatingIfNeeded: count) &* factor
        var position = 0
        while count - position >= 8 {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self), factor)
            position += 8
        }
        let rest = count - position
        var last: UInt64 = 0
        if rest >= 4 {
            // Two loads that may overlap hold four to seven bytes.
            let low = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
            let high = bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            last = UInt64(high) << 32 | UInt64(low)
        } else {
            for offset in 0 ..< rest {
                last = last << 8 | UInt64(bytes.load(fromByteOffset: position + offset, as: UInt8.self))
            }
        }
        return fold(state ^ last, seed ^ factor)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
