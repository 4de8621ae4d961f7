import OrreryRandom
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

extension SplitMix64 {
    /// Logits as a model's: mostly low, some high, some equal, some masked.
    mutating func logits(_ count: Int) -> [Float] {
        (0 ..< count).map { _ in
            switch Int.random(in: 0 ..< 10, using: &self) {
            case 0: -.infinity
            case 1 ... 3: Float(Int.random(in: -3 ... 3, using: &self))
            default: Float.random(in: -8 ... 8, using: &self)
            }
        }
    }
}
