import Foundation
import OrreryRandom

/// Standard normal numbers by Box and Muller's transform.
struct NormalGenerator {
    private var uniform: SplitMix64
    private var spare: Double?

    init(seed: UInt64, stream: UInt64) { uniform = SplitMix64(seed: seed, stream: stream) }

    mutating func next() -> Double {
        if let kept = spare {
            spare = nil
            return kept
        }
        let radius = (-2 * log(1 - uniform.uniform())).squareRoot(), angle = 2 * Double.pi * uniform.uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}
