/// 256 numbers: 128 bytes of low four bits, 64 bytes of high two, 16 signed bytes of scales, d (half). In each half of
/// 128 numbers, byte i of 64 holds number i (low) and i + 64 (high), and byte i of 32 the high bits of i, i + 32, i +
/// 64, i + 96 from its low bits up. x = d scale (q - 32), a scale for each 16.
enum Q6_K: BlockCodec {
    static let format = BlockFormat.q6_K

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(208)
        for g in 0 ..< 8 {
            let low = block + g / 4 * 64 + g % 2 * 32, high = block + 128 + g / 4 * 32
            let (lowShift, highShift) = (UInt8(g % 4 / 2 * 4), UInt8(g % 4 * 2))
            for i in 0 ..< 32 {
                let q = Int(low.byte(i) >> lowShift & 15) | Int(high.byte(i) >> highShift & 3) << 4
                out[g * 32 + i] = d * Float(block.signed(192 + g * 2 + i / 16)) * Float(q - 32)
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        var fitted = SIMD16<Float>(repeating: 0)
        for s in 0 ..< 16 { fitted[s] = fitScale(x + s * 16, 16, reach: 32) }
        let top = withUnsafePointer(to: fitted) {
            $0.withMemoryRebound(to: Float.self, capacity: 16) { extreme($0, 16) }
        }
        let d = (top / -128).roundedToFloat16, id = inverse(d)
        var scales = SIMD16<Int8>(repeating: 0)
        for s in 0 ..< 16 {
            scales[s] = code(fitted[s] * id, bottom: -128, top: 127)
            block.set(192 + s, UInt8(bitPattern: scales[s]))
        }
        block.set(208, half: d)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { codes in
            let q = codes.baseAddress!
            for s in 0 ..< 16 {
                fitCodes(x + s * 16, 16, scale: d * Float(scales[s]), bottom: -32, top: 31, into: q + s * 16)
            }
            for half in 0 ..< 2 {
                for i in 0 ..< 32 {
                    let at = half * 128 + i, (a, b, c, e) = (q[at], q[at + 32], q[at + 64], q[at + 96])
                    block.set(half * 64 + i, a & 15 | c << 4)
                    block.set(half * 64 + 32 + i, b & 15 | e << 4)
                    block.set(128 + half * 32 + i, a >> 4 | (b >> 4) << 2 | (c >> 4) << 4 | (e >> 4) << 6)
                }
            }
        }
    }
}
