import OrreryTokenizers

/// What `body` throws, as the user reads it; nil if it throws nothing.
func message(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}

/// Numbers for tests, the same every run (SplitMix64).
struct TestRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Logits as a model's: mostly low, some high, some equal, some masked.
    mutating func logits(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<10, using: &self) {
            case 0: -.infinity
            case 1...3: Float(Int.random(in: -3...3, using: &self))
            default: Float.random(in: -8...8, using: &self)
            }
        }
    }
}
