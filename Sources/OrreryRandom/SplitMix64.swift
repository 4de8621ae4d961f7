/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, section 5, with the constants of Vigna's splitmix64.c): small, fast,
/// the same everywhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    public private(set) var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// One of many independent streams of a seed.
    ///
    /// Both numbers are mixed: states that differ by a multiple of the increment would give one sequence, shifted.
    public init(seed: UInt64, stream: UInt64) {
        var outer = SplitMix64(seed: seed)
        var inner = SplitMix64(seed: outer.next() ^ stream)
        state = inner.next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1) with 53 bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< bound, without modulo bias (Lemire, arXiv:1805.10941).
    public mutating func below(_ bound: Int) -> Int {
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let least = (0 &- range) % range
            while product.low < least { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }
}
