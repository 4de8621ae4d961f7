import Foundation

/// Numbers as a person reads them: three significant digits and a suffix.
///
/// Every function accepts any value of its type: what is not finite is written `nan`, `inf`, `-inf` (for durations
/// `?`). No output depends on the locale.
public enum Human {
    /// A number that is approximate anyway: `999`, `45.6k`, `1.23M`, `7.00B`, `1.50T`.
    public static func count(_ value: Double) -> String {
        let (digits, suffix) = scaled(value, suffixes: ["", "k", "M", "B", "T"])
        return digits + suffix
    }

    /// A count of parameters, tokens or steps: exact below a million, `45,600`, then `1.23M`, `7.00B`, `1.50T`.
    public static func count(_ value: Int) -> String {
        value.magnitude < 1_000_000 ? exact(value) : count(Double(value))
    }

    /// An exact number of things, with its noun: `1 step`, `1,024 tokens`.
    public static func number(_ value: Int, _ noun: String, plural: String? = nil) -> String {
        "\(exact(value)) \(value == 1 ? noun : plural ?? noun + "s")"
    }

    /// Every digit, in groups of three: `1,024`.
    public static func exact(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    /// A rate, its suffix on the number: `45.6k tokens/s`.
    public static func rate(_ value: Double, _ unit: String) -> String {
        "\(count(value)) \(unit)"
    }

    /// A quantity with the SI prefix on its unit: `230 GFLOP/s`.
    public static func si(_ value: Double, _ unit: String) -> String {
        let (digits, prefix) = scaled(value, suffixes: ["", "k", "M", "G", "T", "P", "E"])
        return "\(digits) \(prefix)\(unit)"
    }

    /// A number of bytes in powers of 1000: `512 B`, `3.4 GB`.
    public static func bytes(_ value: Double) -> String {
        let (magnitude, index) = scale(value, steps: 6)
        let unit = ["B", "kB", "MB", "GB", "TB", "PB", "EB"][index]
        let decimals = index == 0 || abs(magnitude) >= 99.95 ? 0 : 1
        return "\(fixed(magnitude, decimals: decimals)) \(unit)"
    }

    /// A number of bytes in powers of 1000: `512 B`, `3.4 GB`.
    public static func bytes(_ value: Int) -> String {
        bytes(Double(value))
    }

    /// A fraction of one as a percentage: `0.4321` is `43.2%`.
    public static func percent(_ fraction: Double, decimals: Int = 1) -> String {
        fixed(fraction * 100, decimals: decimals) + "%"
    }

    /// A loss, with enough digits to see it move: `2.346`, `0.1234`, `123.5`, `1.20e-5`.
    public static func loss(_ value: Double) -> String {
        let magnitude = abs(value)
        if value == 0 || !value.isFinite { return fixed(value, decimals: 3) }
        if magnitude < 0.001 || magnitude >= 99_999.95 { return scientific(value) }
        return fixed(value, decimals: magnitude >= 99.9995 ? 1 : magnitude >= 0.99995 ? 3 : 4)
    }

    /// A small number such as a learning rate: `3.00e-4`, without the exponent's padding.
    public static func scientific(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
        let parts = String(format: "%.2e", value).split(separator: "e")
        return "\(parts[0])e\(Int(parts[1]) ?? 0)"
    }

    /// A number with a fixed number of decimals, and an exponent once it would run past fifteen digits.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let decimals = max(0, min(decimals, 15))
        return abs(value) < 1e15 ? String(format: "%.\(decimals)f", value) : String(format: "%.3g", value)
    }

    private static func scaled(_ value: Double, suffixes: [String]) -> (digits: String, suffix: String) {
        let (magnitude, index) = scale(value, steps: suffixes.count - 1)
        let isWhole = index == 0 && magnitude == magnitude.rounded()
        let decimals = isWhole || abs(magnitude) >= 99.95 ? 0 : abs(magnitude) >= 9.995 ? 1 : 2
        return (fixed(magnitude, decimals: decimals), suffixes[index])
    }

    /// Divides by 1000 until three digits are left. 999.5 goes on to the next suffix, since it would print as 1000.
    private static func scale(_ value: Double, steps: Int) -> (magnitude: Double, index: Int) {
        var magnitude = value, index = 0
        while value.isFinite, abs(magnitude) >= 999.5, index < steps {
            magnitude /= 1000
            index += 1
        }
        return (magnitude, index)
    }
}
