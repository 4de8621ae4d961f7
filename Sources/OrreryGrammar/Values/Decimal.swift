/// An exact decimal number: digits times a power of ten, without zeros at either end of the digits; zero has none.
struct Decimal: Hashable, Sendable {
    let isNegative: Bool
    /// Values from 0 to 9, the highest first.
    let digits: [UInt8]
    let exponent: Int

    static let zero = Decimal(isNegative: false, digits: [], exponent: 0)

    private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        self.isNegative = isNegative
        self.digits = digits
        self.exponent = exponent
    }

    /// Reads a number as JSON spells it.
    ///
    /// - Returns: nil where the exponent is beyond a billion.
    init?(json text: some Collection<UInt8>) {
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            if isFraction { exponent -= 1 }
            digits.append(byte - 0x30)
        }
        if !rest.isEmpty {
            let written = String(decoding: rest.dropFirst(), as: UTF8.self)
            guard let value = Int(written), abs(value) < 1_000_000_000 else { return nil }
            exponent += value
        }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        let first = digits.firstIndex { $0 != 0 } ?? digits.count
        digits.removeFirst(first)
        let isZero = digits.isEmpty
        self.init(isNegative: isNegative && !isZero, digits: digits, exponent: isZero ? 0 : exponent)
    }

    var isInteger: Bool { exponent >= 0 }

    /// The digits before the point, "0" at least, and those behind it.
    var plain: (integer: [UInt8], fraction: [UInt8]) {
        if exponent >= 0 {
            return (digits.isEmpty ? [0] : digits + [UInt8](repeating: 0, count: exponent), [])
        }
        let point = digits.count + exponent
        if point > 0 { return (Array(digits[..<point]), Array(digits[point...])) }
        return ([0], [UInt8](repeating: 0, count: -point) + digits)
    }

    /// How many digits `plain` has.
    var plainLength: Int { max(digits.count, digits.count + abs(exponent)) }

    /// The value of an integer that fits.
    var int: Int? {
        guard isInteger, digits.count + exponent <= 18 else { return nil }
        let magnitude = plain.integer.reduce(0) { $0 * 10 + Int($1) }
        return isNegative ? -magnitude : magnitude
    }

    /// Whether this is `divisor` times an integer; nil where the divisor has too many digits to tell.
    func isMultiple(of divisor: Decimal) -> Bool? {
        guard divisor.digits.count <= 9 else { return nil }
        if digits.isEmpty { return true }
        let modulus = divisor.digits.reduce(0) { $0 * 10 + Int($1) }
        // The last digit is not zero, so no division by ten leaves an integer.
        guard exponent >= divisor.exponent else { return false }
        var remainder = digits.reduce(0) { ($0 * 10 + Int($1)) % modulus }
        var power = exponent - divisor.exponent
        var base = 10 % modulus
        while power > 0 {
            if power & 1 == 1 { remainder = remainder * base % modulus }
            base = base * base % modulus
            power >>= 1
        }
        return remainder == 0
    }
}

extension Decimal: Comparable {
    static func < (left: Decimal, right: Decimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isLess(than: left) : left.isLess(than: right)
    }

    /// By magnitude.
    private func isLess(than other: Decimal) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        let (length, otherLength) = (digits.count + exponent, other.digits.count + other.exponent)
        if length != otherLength { return length < otherLength }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
