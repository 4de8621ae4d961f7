/// 256 numbers: d, dmin (halves), `KScales` (12 bytes), four times 32 bytes that hold 32 numbers in their low and the
/// next 32 in their high bits. x = d scale q - dmin offset, a scale and an offset for each 32.
enum Q4_K: BlockCodec {
    static let format = BlockFormat.q4_K

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0), dmin = block.half(2)
        for s in 0 ..< 8 {
            let (scale, offset) = KScales.load(block + 4, s)
            let dl = d * Float(scale), ml = dmin * Float(offset)
            for i in 0 ..< 32 {
                out[s * 32 + i] = dl * Float(block.byte(16 + s / 2 * 32 + i) >> UInt8(4 * (s % 2)) & 15) - ml
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let fit = KSuperblock(x, subBlocks: 8, steps: 15, top: 63)
        block.set(0, half: fit.d)
        block.set(2, half: fit.dmin)
        KScales.store(fit.scale, offsets: fit.offset, in: block + 4)
        fit.withCodes(of: x, steps: 15) { codes in
            for g in 0 ..< 4 {
                for i in 0 ..< 32 { block.set(16 + g * 32 + i, codes[g * 64 + i] | codes[g * 64 + 32 + i] << 4) }
            }
        }
    }
}

/// 256 numbers: as Q4_K, with the fifth bits between scales and codes: bit s of byte i is that of number 32 s + i.
enum Q5_K: BlockCodec {
    static let format = BlockFormat.q5_K

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0), dmin = block.half(2)
        for s in 0 ..< 8 {
            let (scale, offset) = KScales.load(block + 4, s)
            let dl = d * Float(scale), ml = dmin * Float(offset)
            for i in 0 ..< 32 {
                let low = block.byte(48 + s / 2 * 32 + i) >> UInt8(4 * (s % 2)) & 15,
                    high = block.byte(16 + i) >> UInt8(s) & 1
                out[s * 32 + i] = dl * Float(low | high << 4) - ml
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let fit = KSuperblock(x, subBlocks: 8, steps: 31, top: 63)
        block.set(0, half: fit.d)
        block.set(2, half: fit.dmin)
        KScales.store(fit.scale, offsets: fit.offset, in: block + 4)
        fit.withCodes(of: x, steps: 31) { codes in
            for i in 0 ..< 32 {
                var high: UInt8 = 0
                for g in 0 ..< 4 {
                    let a = codes[g * 64 + i], b = codes[g * 64 + 32 + i]
                    block.set(48 + g * 32 + i, a & 15 | b << 4)
                    high |= (a >> 4) << UInt8(2 * g) | (b >> 4) << UInt8(2 * g + 1)
                }
                block.set(16 + i, high)
            }
        }
    }
}
