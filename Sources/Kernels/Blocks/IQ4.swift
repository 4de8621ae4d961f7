/// The sixteen levels of IQ4_NL and IQ4_XS, denser near zero as weights are.
enum NonlinearLevels {
    static let values: [Int8] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
    static let floats = values.map(Float.init)

    /// The code of the nearest level. Codes ascend with their levels, so that halves of the range decide.
    @inline(__always)
    static func index(of x: Float, _ levels: UnsafePointer<Float>) -> Int {
        var low = 0, high = 15
        while high - low > 1 {
            let middle = (low + high) / 2
            if x < levels[middle] { high = middle } else { low = middle }
        }
        return x - levels[low] < levels[high] - x ? low : high
    }

    /// The scale under which these numbers lie closest to levels: a few that place the largest near an end of the
    /// range, each refitted by least squares.
    static func fit(_ x: UnsafePointer<Float>, _ count: Int, _ levels: UnsafePointer<Float>) -> Float {
        let top = extreme(x, count)
        guard top != 0, top.isFinite else { return 0 }
        var (best, gain): (Float, Float) = (0, 0)
        for end in [levels[0], levels[15]] {
            for step in -7 ... 7 {
                let id = (end + Float(step)) / top
                var (xl, ll): (Float, Float) = (0, 0)
                for i in 0 ..< count {
                    let level = levels[index(of: x[i] * id, levels)]
                    xl += x[i] * level
                    ll += level * level
                }
                // With the best scale xl / ll the squared error is Σx² - xl² / ll.
                if ll > 0, xl * xl > gain * ll { (best, gain) = (xl / ll, xl * xl / ll) }
            }
        }
        return best
    }
}

/// 32 numbers: d (half), 16 bytes of codes as in Q4_0. x = d level[q].
enum IQ4_NL: BlockCodec {
    static let format = BlockFormat.iq4_NL

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0)
        NonlinearLevels.floats.withUnsafeBufferPointer { levels in
            for i in 0 ..< 16 {
                let q = block.byte(2 + i)
                out[i] = d * levels[Int(q & 15)]
                out[i + 16] = d * levels[Int(q >> 4)]
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        NonlinearLevels.floats.withUnsafeBufferPointer {
            let levels = $0.baseAddress!
            let d = NonlinearLevels.fit(x, 32, levels), id = inverse(d.roundedToFloat16)
            block.set(0, half: d)
            for i in 0 ..< 16 {
                block.set(
                    2 + i,
                    UInt8(
                        NonlinearLevels.index(of: x[i] * id, levels) | NonlinearLevels.index(of: x[i + 16] * id, levels)
                            << 4))
            }
        }
    }
}

/// 256 numbers: d (half), the high two bits of eight scales (UInt16), their low four (4 bytes), 8 times 16 bytes of
/// codes as in IQ4_NL. x = d (scale - 32) level[q], a scale for each 32.
enum IQ4_XS: BlockCodec {
    static let format = BlockFormat.iq4_XS

    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        let d = block.half(0), high = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        NonlinearLevels.floats.withUnsafeBufferPointer { levels in
            for s in 0 ..< 8 {
                let scale = Int(block.byte(4 + s / 2) >> UInt8(4 * (s % 2)) & 15) | Int(high >> UInt16(2 * s) & 3) << 4
                let dl = d * Float(scale - 32)
                for i in 0 ..< 16 {
                    let q = block.byte(8 + s * 16 + i)
                    out[s * 32 + i] = dl * levels[Int(q & 15)]
                    out[s * 32 + i + 16] = dl * levels[Int(q >> 4)]
                }
            }
        }
    }

    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        NonlinearLevels.floats.withUnsafeBufferPointer {
            let levels = $0.baseAddress!
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 8) { scales in
                for s in 0 ..< 8 { scales[s] = NonlinearLevels.fit(x + s * 32, 32, levels) }
                let d = (extreme(scales.baseAddress!, 8) / -32).roundedToFloat16, id = inverse(d)
                var high: UInt16 = 0
                for s in 0 ..< 8 {
                    let scale = code(scales[s] * id, bottom: -32, top: 31), bits = UInt16(Int(scale) + 32),
                        il = inverse(d * Float(scale))
                    high |= (bits >> 4) << UInt16(2 * s)
                    block.set(
                        4 + s / 2,
                        s % 2 == 0 ? UInt8(bits & 15) : UnsafeRawPointer(block).byte(4 + s / 2) | UInt8(bits & 15) << 4)
                    for i in 0 ..< 16 {
                        let (a, b) = (x[s * 32 + i] * il, x[s * 32 + i + 16] * il)
                        block.set(
                            8 + s * 16 + i,
                            UInt8(NonlinearLevels.index(of: a, levels) | NonlinearLevels.index(of: b, levels) << 4))
                    }
                }
                block.set(0, half: d)
                block.storeBytes(of: high, toByteOffset: 2, as: UInt16.self)
            }
        }
    }
}
