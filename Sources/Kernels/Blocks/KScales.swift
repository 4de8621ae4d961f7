/// Eight scales and eight offsets of six bits in twelve bytes, as Q4_K and Q5_K hold them: bytes 0 ..< 4 are scales 0
/// ..< 4, 4 ..< 8 offsets 0 ..< 4, and 8 ..< 12 the low four bits of scales (low) and offsets (high) 4 ..< 8, whose
/// high two bits top the first eight bytes.
enum KScales {
    @inline(__always)
    static func load(_ bytes: UnsafeRawPointer, _ s: Int) -> (scale: UInt8, offset: UInt8) {
        if s < 4 { return (bytes.byte(s) & 63, bytes.byte(s + 4) & 63) }
        let low = bytes.byte(s + 4)
        return (low & 15 | (bytes.byte(s - 4) >> 6) << 4, low >> 4 | (bytes.byte(s) >> 6) << 4)
    }

    static func store(_ scales: (Int) -> UInt8, offsets: (Int) -> UInt8, in bytes: UnsafeMutableRawPointer) {
        for s in 0 ..< 4 {
            bytes.set(s, scales(s) | (scales(s + 4) >> 4) << 6)
            bytes.set(s + 4, offsets(s) | (offsets(s + 4) >> 4) << 6)
            bytes.set(s + 8, scales(s + 4) & 15 | offsets(s + 4) << 4)
        }
    }
}

/// The super-block of Q2_K, Q4_K and Q5_K: each sub-block is a scale times codes less an offset, scales and offsets are
/// whole multiples of d and dmin.
struct KSuperblock {
    let (d, dmin): (Float, Float)
    private let (scales, offsets): (SIMD16<UInt8>, SIMD16<UInt8>)
    private let count: Int

    /// - Parameters:
    ///   - count: of sub-blocks, 8 or 16.
    ///   - steps: the largest code.
    ///   - top: the largest scale and offset.
    init(_ x: UnsafePointer<Float>, subBlocks count: Int, steps: Float, top: Float) {
        let width = 256 / count
        var fitted = (scales: SIMD16<Float>(repeating: 0), offsets: SIMD16<Float>(repeating: 0))
        for s in 0 ..< count {
            (fitted.scales[s], fitted.offsets[s]) = fitScaleAndOffset(x + s * width, width, steps: steps)
        }
        d = (fitted.scales.max() / top).roundedToFloat16
        dmin = (fitted.offsets.max() / top).roundedToFloat16
        var (scales, offsets) = (SIMD16<UInt8>(repeating: 0), SIMD16<UInt8>(repeating: 0))
        for s in 0 ..< count {
            scales[s] = Kernels.code(fitted.scales[s] * inverse(d), top: top)
            offsets[s] = Kernels.code(fitted.offsets[s] * inverse(dmin), top: top)
            (scales[s], offsets[s]) = Self.refined(
                x + s * width, width, (d, dmin), (scales[s], offsets[s]), steps: steps, top: top)
        }
        (self.scales, self.offsets, self.count) = (scales, offsets, count)
    }

    /// The neighbour of this scale and offset that errs least: rounding either of them moves the best place of the
    /// other.
    private static func refined(
        _ x: UnsafePointer<Float>, _ count: Int, _ unit: (d: Float, dmin: Float), _ start: (UInt8, UInt8), steps: Float,
        top: Float
    ) -> (UInt8, UInt8) {
        var best = start, least = Float.infinity
        for ds in -1 ... 1 {
            for dm in -1 ... 1 {
                let (scale, offset) = (Float(start.0) + Float(ds), Float(start.1) + Float(dm))
                guard scale >= 0, scale <= top, offset >= 0, offset <= top else { continue }
                let error = fitError(x, count, scale: unit.d * scale, offset: unit.dmin * offset, steps: steps)
                if error < least { (best, least) = ((UInt8(scale), UInt8(offset)), error) }
            }
        }
        return best
    }

    func scale(_ s: Int) -> UInt8 { scales[s] }
    func offset(_ s: Int) -> UInt8 { offsets[s] }

    /// Calls `body` with the code of each of the 256 numbers.
    func withCodes(of x: UnsafePointer<Float>, steps: Float, _ body: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { codes in
            let base = codes.baseAddress!, width = 256 / count
            for s in 0 ..< count {
                fitCodes(
                    x + s * width, width, scale: d * Float(scales[s]), offset: dmin * Float(offsets[s]), top: steps,
                    into: base + s * width)
            }
            body(base)
        }
    }
}
