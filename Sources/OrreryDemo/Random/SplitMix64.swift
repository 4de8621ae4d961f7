/// The generator behind every choice in the corpus: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators" (OOPSLA 2014), section 5; the constants are those of Vigna's public-domain `splitmix64.c`.
///
/// The standard library's `randomElement(using:)` and `shuffle(using:)` may consume a generator differently from one
/// release to the next, so the choices in `SplitMix64+Choice.swift` are written out here too: the corpus of a seed
/// must be the same text for ever.
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// A generator for one item of a seeded stream, independent of how much randomness its neighbours used.
    package init(seed: UInt64, stream: UInt64) {
        var mixer = SplitMix64(seed: seed)
        var inner = SplitMix64(seed: mixer.next() ^ stream)
        state = inner.next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
