/// The plain twin of every inner loop: the paper's formula, one element at a time, in float64.
///
/// Nothing here is fast and nothing here calls the fast path. `KernelsTests` compares the two on every instruction set.
/// Inputs are float32 arrays, row-major; one that a kernel reads as bfloat16 is rounded first with `roundedToBFloat16`.
package enum Reference {
    /// Half the distance between neighbouring float32 numbers at 1: one rounding changes a number by at most this
    /// share.
    package static let float32Roundoff = 0x1p-24
    /// The same for bfloat16, which keeps 8 significant bits.
    package static let bfloat16Roundoff = 0x1p-8
}

extension Float {
    /// The upper half of the float32, rounded to nearest, ties to even; NaN stays NaN.
    package var bfloat16Bits: UInt16 {
        let bits = bitPattern
        if isNaN { return UInt16(bits >> 16) | 0x40 }
        let (lower, upper) = (bits & 0xffff, bits >> 16)
        let up = lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1)
        return UInt16(truncatingIfNeeded: upper + (up ? 1 : 0))
    }

    package init(bfloat16Bits: UInt16) { self.init(bitPattern: UInt32(bfloat16Bits) << 16) }

    package var roundedToBFloat16: Float { Float(bfloat16Bits: bfloat16Bits) }
}
