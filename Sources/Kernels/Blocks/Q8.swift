/// 32 numbers: d (half), 32 signed bytes. x = d q.
enum Q8_0: BlockCodec {
    static let format = BlockFormat.q8_0

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0)
        for i in 0 ..< 32 { out[i] = Float(block.signed(2 + i)) * d }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let d = abs(extreme(x, 32)) / 127, id = inverse(d)
        block.set(0, half: d)
        for i in 0 ..< 32 { block.set(2 + i, UInt8(bitPattern: code(x[i] * id, bottom: -127, top: 127))) }
    }
}
