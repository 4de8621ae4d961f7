/// A run of bytes, each within its range: part of what a range of code points is in UTF-8.
typealias ByteSequence = [ClosedRange<UInt8>]

/// Ranges of code points as ranges of bytes (RFC 3629).
enum UTF8Ranges {
    /// The sequences that together hold the UTF-8 of exactly the scalars in `range`; surrogates are left out.
    static func sequences(_ range: ClosedRange<UInt32>) -> [ByteSequence] {
        var result: [ByteSequence] = []
        for part: ClosedRange<UInt32> in [
            0 ... 0x7F, 0x80 ... 0x7FF, 0x800 ... 0xD7FF, 0xE000 ... 0xFFFF, 0x10000 ... 0x10FFFF,
        ] where part.overlaps(range) {
            let clamped = range.clamped(to: part)
            split(encode(clamped.lowerBound)[...], encode(clamped.upperBound)[...], [], &result)
        }
        return result
    }

    /// The UTF-8 of a scalar value.
    static func encode(_ scalar: UInt32) -> [UInt8] {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80: return [UInt8(scalar)]
        case ..<0x800: return [UInt8(0xC0 | scalar >> 6), tail(0)]
        case ..<0x10000: return [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
        default: return [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
        }
    }

    /// `low` and `high` are as long as each other.
    private static func split(
        _ low: ArraySlice<UInt8>, _ high: ArraySlice<UInt8>, _ prefix: ByteSequence, _ result: inout [ByteSequence]
    ) {
        guard let first = low.first, let last = high.first else {
            result.append(prefix)
            return
        }
        let (lowRest, highRest) = (low.dropFirst(), high.dropFirst())
        if first == last { return split(lowRest, highRest, prefix + [first ... first], &result) }
        let least = ArraySlice(repeatElement(UInt8(0x80), count: lowRest.count))
        let most = ArraySlice(repeatElement(UInt8(0xBF), count: lowRest.count))
        var (from, through) = (Int(first), Int(last))
        if !lowRest.elementsEqual(least) {
            split(lowRest, most, prefix + [first ... first], &result)
            from += 1
        }
        let cutsHigh = !highRest.elementsEqual(most)
        if cutsHigh { through -= 1 }
        if from <= through {
            let tails = repeatElement(UInt8(0x80) ... 0xBF, count: lowRest.count)
            result.append(prefix + [UInt8(from) ... UInt8(through)] + tails)
        }
        if cutsHigh { split(least, highRest, prefix + [last ... last], &result) }
    }
}
