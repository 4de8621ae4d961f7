import Foundation

/// 32 numbers: a power of two e (E8M0), 16 bytes of E2M1 as in Q4_0. x = 2^(e - 127) times 0, ½, 1, 1½, 2, 3, 4, 6 or
/// their negatives. OCP Microscaling Formats specification 1.0, 5.
enum MXFP4: BlockCodec {
    static let format = BlockFormat.mxfp4

    /// Twice the values of E2M1.
    static let values: [Int8] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]
    private static let floats = values.map(Float.init)

    /// 2^(e - 128), half of the scale, since the values are doubled. As in ggml, 255 is no NaN.
    static func halfScale(_ e: UInt8) -> Float {
        Float(bitPattern: e < 2 ? 0x0020_0000 << UInt32(e) : UInt32(e - 1) << 23)
    }

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = halfScale(block.byte(0))
        floats.withUnsafeBufferPointer { floats in
            for i in 0 ..< 16 {
                let q = block.byte(1 + i)
                out[i] = d * floats[Int(q & 15)]
                out[i + 16] = d * floats[Int(q >> 4)]
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        let top = abs(extreme(x, 32))
        // The exponent under which the largest stays below 8, and the next higher, which does not clip it to 6:
        // whichever errs less.
        let usual = top > 0 && top.isFinite ? Int(top.exponent) - 2 + 127 : top > 0 ? 254 : 0
        var (best, bestError): (UInt8, Float) = (0, .infinity)
        for e in [usual, usual + 1] where bestError > 0 {
            let candidate = UInt8(min(max(e, 0), 254))
            let id = inverse(halfScale(candidate))
            var error: Float = 0
            for i in 0 ..< 32 {
                let scaled = x[i] * id, off = scaled - floats[index(of: scaled)]
                error += off * off
            }
            error *= halfScale(candidate) * halfScale(candidate)
            if error < bestError || e == usual { (best, bestError) = (candidate, error) }
        }
        block.set(0, best)
        let id = inverse(halfScale(best))
        for i in 0 ..< 16 { block.set(1 + i, UInt8(index(of: x[i] * id) | index(of: x[i + 16] * id) << 4)) }
    }

    /// The code of the nearest doubled value.
    private static func index(of x: Float) -> Int {
        let size = abs(x), sign = x < 0 ? 8 : 0
        let code =
            size < 0.5
            ? 0
            : size < 1.5
                ? 1 : size < 2.5 ? 2 : size < 3.5 ? 3 : size < 5 ? 4 : size < 7 ? 5 : size < 10 ? 6 : size >= 10 ? 7 : 0
        return code == 0 ? 0 : code | sign
    }
}
