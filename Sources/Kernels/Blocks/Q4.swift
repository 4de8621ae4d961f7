/// 32 numbers: d (half), 16 bytes of which byte i holds numbers i (low) and i + 16 (high). x = d (q - 8).
enum Q4_0: BlockCodec {
    static let format = BlockFormat.q4_0

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0)
        for i in 0 ..< 16 {
            let q = block.byte(2 + i)
            out[i] = d * Float(Int(q & 15) - 8)
            out[i + 16] = d * Float(Int(q >> 4) - 8)
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        // The number that is largest in magnitude gets the end of the range that reaches further.
        let d = extreme(x, 32) / -8, id = inverse(d)
        block.set(0, half: d)
        for i in 0 ..< 16 { block.set(2 + i, code(x[i] * id + 8, top: 15) | code(x[i + 16] * id + 8, top: 15) << 4) }
    }
}

/// 32 numbers: d, m (halves), 16 bytes as in Q4_0. x = d q + m.
enum Q4_1: BlockCodec {
    static let format = BlockFormat.q4_1

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0), m = block.half(2)
        for i in 0 ..< 16 {
            let q = block.byte(4 + i)
            out[i] = d * Float(q & 15) + m
            out[i + 16] = d * Float(q >> 4) + m
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let (d, m) = span(x, 32, steps: 15), id = inverse(d)
        block.set(0, half: d)
        block.set(2, half: m)
        for i in 0 ..< 16 {
            block.set(4 + i, code((x[i] - m) * id, top: 15) | code((x[i + 16] - m) * id, top: 15) << 4)
        }
    }
}
