/// Random numbers by position: the number at position n depends on the seed, the stream and n, not on what was drawn
/// before.
///
/// So a generation can resume anywhere, and one sequence's choices do not depend on what else is in the batch. The
/// generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
/// integer arithmetic only, so the same on every platform.
package struct CounterGenerator: Sendable, Hashable {
    package let seed: UInt64
    /// Tells apart the sequences that share a seed, such as several answers to one prompt.
    package let stream: UInt64

    package init(seed: UInt64, stream: UInt64 = 0) {
        self.seed = seed
        self.stream = stream
    }

    /// A number in 0 ..< 1, one of 2^53 equally likely ones.
    package func uniform(at position: Int) -> Double { uniform(words(at: position).lowHalf) }

    /// Another number of the same position, independent of `uniform(at:)`.
    package func secondUniform(at position: Int) -> Double { uniform(words(at: position).highHalf) }

    private func words(at position: Int) -> SIMD4<UInt32> {
        let counter = UInt64(bitPattern: Int64(position))
        return Self.block(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: counter), UInt32(counter >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(stream >> 32)),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
    }

    private func uniform(_ words: SIMD2<UInt32>) -> Double {
        let bits = UInt64(words[1]) << 32 | UInt64(words[0])
        return Double(bits >> 11) * 0x1p-53
    }

    /// The ten rounds; the constants are the paper's.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (counter, key) = (counter, key)
        for _ in 0 ..< 10 {
            let first = UInt64(0xD251_1F53) * UInt64(counter[0])
            let second = UInt64(0xCD9E_8D57) * UInt64(counter[2])
            counter = SIMD4(
                UInt32(second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
                UInt32(first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
            key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return counter
    }
}
