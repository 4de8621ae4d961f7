/// 256 numbers: 16 bytes of a scale (low) and an offset (high) for each 16, 64 bytes of codes, d, dmin (halves). Byte i
/// of the first 32 holds numbers i, i + 32, i + 64, i + 96 from its low bits up, those of the second 32 the upper half.
/// x = d scale q - dmin offset.
enum Q2_K: BlockCodec {
    static let format = BlockFormat.q2_K

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(80), dmin = block.half(82)
        for s in 0 ..< 16 {
            let packed = block.byte(s), dl = d * Float(packed & 15), ml = dmin * Float(packed >> 4)
            let bytes = block + 16 + s / 8 * 32 + s % 2 * 16, shift = UInt8(s / 2 % 4 * 2)
            for i in 0 ..< 16 { out[s * 16 + i] = dl * Float(bytes.byte(i) >> shift & 3) - ml }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let fit = KSuperblock(x, subBlocks: 16, steps: 3, top: 15)
        block.set(80, half: fit.d)
        block.set(82, half: fit.dmin)
        for s in 0 ..< 16 { block.set(s, fit.scale(s) | fit.offset(s) << 4) }
        fit.withCodes(of: x, steps: 3) { codes in
            for i in 0 ..< 64 {
                let first = i / 32 * 128 + i % 32
                var byte: UInt8 = 0
                for part in 0 ..< 4 { byte |= codes[first + part * 32] << UInt8(2 * part) }
                block.set(16 + i, byte)
            }
        }
    }
}
