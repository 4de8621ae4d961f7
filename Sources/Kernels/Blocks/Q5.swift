/// 32 numbers: d (half), the fifth bits (UInt32, number i in bit i), 16 bytes of low bits as in Q4_0. x = d (q - 16).
enum Q5_0: BlockCodec {
    static let format = BlockFormat.q5_0

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0)
        FiveBits.forEach(block + 2) { i, q in out[i] = d * Float(Int(q) - 16) }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let d = extreme(x, 32) / -16, id = inverse(d)
        block.set(0, half: d)
        FiveBits.store(in: block + 2) { code(x[$0] * id + 16, top: 31) }
    }
}

/// 32 numbers: d, m (halves), then as in Q5_0. x = d q + m.
enum Q5_1: BlockCodec {
    static let format = BlockFormat.q5_1

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0), m = block.half(2)
        FiveBits.forEach(block + 4) { i, q in out[i] = d * Float(q) + m }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let (d, m) = span(x, 32, steps: 31), id = inverse(d)
        block.set(0, half: d)
        block.set(2, half: m)
        FiveBits.store(in: block + 4) { code((x[$0] - m) * id, top: 31) }
    }
}

/// 32 codes of five bits: the high bits in a UInt32, then the low four in 16 bytes.
private enum FiveBits {
    @inline(__always)
    static func forEach(_ bytes: UnsafeRawPointer, _ body: (Int, UInt8) -> Void) {
        let high = bytes.loadUnaligned(as: UInt32.self)
        for i in 0 ..< 16 {
            let low = bytes.byte(4 + i)
            body(i, low & 15 | UInt8(high >> UInt32(i) & 1) << 4)
            body(i + 16, low >> 4 | UInt8(high >> UInt32(i + 16) & 1) << 4)
        }
    }

    @inline(__always)
    static func store(in bytes: UnsafeMutableRawPointer, _ code: (Int) -> UInt8) {
        var high: UInt32 = 0
        for i in 0 ..< 16 {
            let (a, b) = (code(i), code(i + 16))
            bytes.set(4 + i, a & 15 | b << 4)
            high |= UInt32(a >> 4) << UInt32(i) | UInt32(b >> 4) << UInt32(i + 16)
        }
        bytes.storeBytes(of: high, as: UInt32.self)
    }
}
