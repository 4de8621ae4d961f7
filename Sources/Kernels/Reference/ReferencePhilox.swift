/// Philox4x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 4.3), one counter at a
/// time.
package struct ReferencePhilox {
    package var rounds: Int
    package var key: (UInt32, UInt32)

    package init(rounds: Int, key: (UInt32, UInt32)) { (self.rounds, self.key) = (rounds, key) }

    package func callAsFunction(_ counter: [UInt32]) -> [UInt32] {
        var (c, k) = (counter, key)
        for round in 0 ..< rounds {
            if round > 0 { k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85) }  // the golden ratio, sqrt(3) - 1
            let first = UInt64(c[0]) * 0xD251_1F53, second = UInt64(c[2]) * 0xCD9E_8D57
            c = [
                UInt32(second >> 32) ^ c[1] ^ k.0, UInt32(truncatingIfNeeded: second),
                UInt32(first >> 32) ^ c[3] ^ k.1, UInt32(truncatingIfNeeded: first),
            ]
        }
        return c
    }
}

extension Reference {
    /// Whether dropout keeps element `element` of row `row`: 16 bits of Philox4x32-7 for each of the 8 elements of a
    /// counter (group, row, stream), kept where they reach the probability's share of 65536.
    package static func keeps(_ dropout: Dropout, row: UInt32, element: Int) -> Bool {
        let philox = ReferencePhilox(
            rounds: 7, key: (UInt32(truncatingIfNeeded: dropout.seed), UInt32(dropout.seed >> 32)))
        let words = philox([
            UInt32(element / 8), row, UInt32(truncatingIfNeeded: dropout.stream), UInt32(dropout.stream >> 32),
        ])
        let bits = words[element % 8 / 2] >> (element % 2 == 0 ? 0 : 16) & 0xffff
        return bits >= UInt32((dropout.probability * 65536).rounded())
    }

    package static func dropout(_ dropout: Dropout, _ x: [Float]) -> [Double] {
        x.indices.map { keeps(dropout, row: 0, element: $0) ? Double(x[$0]) / (1 - Double(dropout.probability)) : 0 }
    }
}
