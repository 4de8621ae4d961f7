/// Numbers as tokenizers reads them: Rust's serde_json does not round correctly, and a Unigram model's ties go by the
/// last bit.
///
/// Source: serde_json, `src/de.rs`, f64_from_parts: the digits as an integer, divided or multiplied by a power of ten.
enum SerdeNumber {
    /// What serde_json makes of the shortest decimal digits of `value`.
    static func read(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        var significand: UInt64 = 0
        var exponent = 0
        var isFraction = false
        var rest = Array(value.magnitude.description.utf8)[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if byte == UInt8(ascii: "e") {
                exponent += Int(String(decoding: rest, as: UTF8.self)) ?? 0
                break
            } else {
                // Shortest digits are 17 at most, with up to 16 zeros before the point: that fits.
                significand = significand &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
                if isFraction { exponent -= 1 }
            }
        }
        // "1.0" has no digit behind the point.
        if value.magnitude.description.hasSuffix(".0") { (significand, exponent) = (significand / 10, exponent + 1) }
        var result = Double(significand)
        while exponent < -308 {
            result /= 1e308
            exponent += 308
        }
        result = exponent < 0 ? result / powersOfTen[-exponent] : result * powersOfTen[min(exponent, 308)]
        return value < 0 ? -result : result
    }

    private static let powersOfTen: [Double] = (0 ... 308).map { Double("1e\($0)")! }
}
