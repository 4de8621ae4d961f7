/// 256 numbers: 32 bytes of third bits (bit g of byte i is that of number 32 g + i), 64 bytes of low two bits as in
/// Q2_K, sixteen scales of six bits in 12 bytes (the low four bits of scales s and s + 8 in byte s, the high two of s,
/// s + 4, s + 8, s + 12 in byte 8 + s), d (half). x = d (scale - 32) (q - 4).
enum Q3_K: BlockCodec {
    static let format = BlockFormat.q3_K

    @inline(__always)
    static func scale(_ bytes: UnsafeRawPointer, _ s: Int) -> Int {
        Int(bytes.byte(s % 8) >> UInt8(4 * (s / 8)) & 15) | Int(bytes.byte(8 + s % 4) >> UInt8(2 * (s / 4)) & 3) << 4
    }

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(108)
        for s in 0 ..< 16 {
            let dl = d * Float(scale(block + 96, s) - 32)
            let bytes = block + 32 + s / 8 * 32 + s % 2 * 16, high = block + s % 2 * 16, shift = UInt8(s / 2 % 4 * 2)
            for i in 0 ..< 16 {
                let q = Int(bytes.byte(i) >> shift & 3) | Int(high.byte(i) >> UInt8(s / 2) & 1) << 2
                out[s * 16 + i] = dl * Float(q - 4)
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        var fitted = SIMD16<Float>(repeating: 0)
        for s in 0 ..< 16 { fitted[s] = fitScale(x + s * 16, 16, reach: 4) }
        let top = withUnsafePointer(to: fitted) {
            $0.withMemoryRebound(to: Float.self, capacity: 16) { extreme($0, 16) }
        }
        let d = (top / -32).roundedToFloat16, id = inverse(d)
        var scales = SIMD16<Int8>(repeating: 0)
        for s in 0 ..< 16 { scales[s] = code(fitted[s] * id, bottom: -32, top: 31) }
        block.set(108, half: d)
        for s in 0 ..< 12 { block.set(96 + s, 0) }
        for s in 0 ..< 16 {
            let bits = UInt8(Int(scales[s]) + 32), low = 96 + s % 8, high = 104 + s % 4
            block.set(low, UnsafeRawPointer(block).byte(low) | (bits & 15) << UInt8(4 * (s / 8)))
            block.set(high, UnsafeRawPointer(block).byte(high) | (bits >> 4) << UInt8(2 * (s / 4)))
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { codes in
            let base = codes.baseAddress!
            for s in 0 ..< 16 {
                fitCodes(x + s * 16, 16, scale: d * Float(scales[s]), bottom: -4, top: 3, into: base + s * 16)
            }
            for i in 0 ..< 32 {
                var (high, low): (UInt8, SIMD2<UInt8>) = (0, [0, 0])
                for g in 0 ..< 8 {
                    let q = base[g * 32 + i]
                    high |= (q >> 2) << UInt8(g)
                    low[g / 4] |= (q & 3) << UInt8(g % 4 * 2)
                }
                block.set(i, high)
                block.set(32 + i, low[0])
                block.set(64 + i, low[1])
            }
        }
    }
}
