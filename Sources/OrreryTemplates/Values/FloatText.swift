import Foundation

/// Numbers as Python writes them.
enum FloatText {
    /// The shortest digits that give the number back; with an exponent below 1e-4 and from 1e16.
    static func repr(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.dropFirst()
            return
                "\(sign)\(digits.prefix(1))\(fraction.isEmpty ? "" : ".\(fraction)")e\(exponent < 0 ? "-" : "+")\(exponent.magnitude < 10 ? "0" : "")\(exponent.magnitude)"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        let whole = digits.prefix(exponent + 1)
        let fraction = digits.dropFirst(exponent + 1)
        return sign + whole + String(repeating: "0", count: exponent + 1 - whole.count) + "."
            + (fraction.isEmpty ? "0" : fraction)
    }

    /// Digits without zeros at the ends, and the power of ten of the first.
    private static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.lowercased().split(separator: "e")
        let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let (whole, fraction) = (String(number[0]), number.count > 1 ? String(number[1]) : "")
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        guard leading < all.count else { return ("0", 0) }
        var digits = String(all.dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        return (digits, whole.count - 1 - leading + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0))
    }

    /// C's `%.*f`, `%.*e` and `%.*g`, correctly rounded.
    /// - Parameter precision: at most a few thousand.
    static func fixed(_ value: Double, _ precision: Int, _ conversion: Character, alternate: Bool = false) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return String(format: "%\(alternate ? "#" : "").\(precision)\(conversion)", value)
    }

    /// Python's `round` to `places` decimals: correctly rounded, ties to even.
    static func rounded(_ value: Double, _ places: Int) -> Double {
        guard value.isFinite else { return value }
        if places > 323 { return value }
        if places < -308 { return 0 * value }
        if places >= 0 { return Double(fixed(value, places, "f")) ?? value }
        // Beyond the point: the digits of the number itself decide, halves to even.
        let scale = pow(10, Double(-places))
        return (value / scale).rounded(.toNearestOrEven) * scale
    }

    /// What `float(text)` takes: digits with single underscores, inf and nan, white space around.
    static func parse(_ text: Text) -> Double? {
        let trimmed = String(decoding: text.stripped(.both, nil), as: UTF8.self)
        let lower = trimmed.lowercased()
        let unsigned = lower.hasPrefix("-") || lower.hasPrefix("+") ? String(lower.dropFirst()) : lower
        let sign: Double = lower.hasPrefix("-") ? -1 : 1
        if unsigned == "inf" || unsigned == "infinity" { return sign * .infinity }
        if unsigned == "nan" { return .nan }
        guard let first = unsigned.first, first.isASCII, first.isNumber || first == ".", !unsigned.hasPrefix("0x")
        else { return nil }
        guard let plain = IntegerText.withoutUnderscores(unsigned) else { return nil }
        guard plain.allSatisfy({ $0.isASCII && ($0.isNumber || ".e+-".contains($0)) }),
            plain.contains(where: \.isNumber)
        else { return nil }
        // Swift wants digits on both sides of a point; Python does not.
        let parts = plain.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let mantissa = (parts[0].hasPrefix(".") ? "0" : "") + parts[0] + (parts[0].hasSuffix(".") ? "0" : "")
        return Double(parts.count > 1 ? "\(mantissa)e\(parts[1])" : mantissa).map { sign * $0 }
    }
}

enum IntegerText {
    /// nil if an underscore is not between two digits.
    static func withoutUnderscores(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        let characters = Array(text)
        for (index, character) in characters.enumerated() where character == "_" {
            guard index > 0, index + 1 < characters.count, characters[index - 1].isHexDigit,
                characters[index + 1].isHexDigit
            else { return nil }
        }
        return text.filter { $0 != "_" }
    }

    /// What `int(text, base)` takes. nil for what is no number, or beyond 64 bits.
    static func parse(_ text: Text, base: Int) -> Int? {
        var digits = String(decoding: text.stripped(.both, nil), as: UTF8.self).lowercased()
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        var radix = base
        for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where digits.hasPrefix(prefix) && (base == value || base == 0) {
            digits.removeFirst(2)
            if digits.hasPrefix("_") { digits.removeFirst() }
            radix = value
        }
        if radix == 0 {
            if digits.hasPrefix("0"), digits.contains(where: { $0 != "0" && $0 != "_" }) { return nil }
            radix = 10
        }
        guard let plain = withoutUnderscores(digits), !plain.isEmpty, let first = plain.first, first.isASCII,
            first != "-", first != "+"
        else { return nil }
        return Int((isNegative ? "-" : "") + plain, radix: radix)
    }
}
