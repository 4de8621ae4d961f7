// IEEE 754 half precision, by its bits: Swift's Float16 is missing on Intel's macOS.
extension Float {
    /// Exact: every half is a float32. A NaN keeps its payload and becomes quiet.
    @inline(__always)
    package init(float16Bits bits: UInt16) {
        let sign = UInt32(bits & 0x8000) << 16, magnitude = UInt32(bits & 0x7fff)
        if magnitude >= 0x7c00 {
            self.init(bitPattern: sign | 0x7f80_0000 | (magnitude & 0x3ff) << 13 | (magnitude > 0x7c00 ? 0x40_0000 : 0))
        } else if magnitude >= 0x400 {
            self.init(bitPattern: sign | (magnitude << 13) + 0x3800_0000)
        } else {  // subnormal: a multiple of 2^-24
            self.init(bitPattern: sign | (Float(magnitude) * 0x1p-24).bitPattern)
        }
    }

    /// Rounded to the nearest half, ties to even; from 65520 on infinite.
    package var float16Bits: UInt16 {
        let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000, magnitude = bitPattern & 0x7fff_ffff
        if magnitude > 0x7f80_0000 { return sign | 0x7e00 | UInt16(truncatingIfNeeded: magnitude >> 13 & 0x3ff) }
        if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: adding 2^-1 leaves multiples of 2^-24 in the lowest bits, rounded as float32 addition rounds.
            return sign | UInt16(truncatingIfNeeded: (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3f00_0000)
        }
        let rounded = magnitude &+ 0xfff &+ (magnitude >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    }

    package var roundedToFloat16: Float { Float(float16Bits: float16Bits) }
}
