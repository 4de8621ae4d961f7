/// A number as JSON spells it: without fraction and exponent it is an integer, as long as it fits.
package enum JSONNumber: Equatable, Sendable {
    case int(Int64)
    case double(Double)
}

extension JSONReader {
    /// Reads a number.
    package mutating func number() throws -> JSONNumber {
        if dialect == .python, let value = notFinite() { return .double(value) }
        guard let first = next(), first == UInt8(ascii: "-") || isDigit(first) else { throw wrong("a number") }
        let start = position
        let isNegative = first == UInt8(ascii: "-")
        if isNegative { position += 1 }

        let digits = position
        try readDigits()
        guard bytes[digits] != UInt8(ascii: "0") || position == digits + 1 else {
            throw wrong("a number without leading zero", at: digits)
        }
        let integerEnd = position
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try readDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
                position += 1
            }
            try readDigits()
        }

        let isZero = integerEnd == digits + 1 && bytes[digits] == UInt8(ascii: "0")
        // "-0" is a double: the integer would lose the sign.
        if position == integerEnd, !(isNegative && isZero), let value = integer(digits ..< integerEnd, isNegative) {
            return .int(value)
        }
        // A double also takes integers beyond 64 bits, which tokenizer_config.json files have ("model_max_length":
        // 1e30, spelt out).
        let text = String(decoding: bytes[start ..< position], as: UTF8.self)
        guard let value = Double(text), value.isFinite || dialect == .python else {
            throw wrong("a number within ±1.8e308", at: start)
        }
        return .double(value)
    }

    /// Reads a number as it is spelt, for those who need each of its digits.
    package mutating func spelledNumber() throws -> String {
        _ = next()
        let start = position
        _ = try number()
        return String(decoding: bytes[start ..< position], as: UTF8.self)
    }

    /// Reads a length, an offset or a dimension: an integer from 0 to Int.max.
    package mutating func count(_ what: String) throws -> Int {
        guard try peek() == .number else { throw wrong(what) }
        let start = position
        guard case .int(let value) = try number(), value >= 0, let count = Int(exactly: value) else {
            throw wrong("\(what): a whole number from 0 to \(Int.max)", at: start)
        }
        return count
    }

    /// Python's spelling of the numbers that JSON does not have.
    private mutating func notFinite() -> Double? {
        if word("NaN") { return .nan }
        if word("Infinity") { return .infinity }
        return word("-Infinity") ? -.infinity : nil
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte) }

    private mutating func readDigits() throws {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        guard position > start else { throw wrong("a digit") }
    }

    private func integer(_ digits: Range<Int>, _ isNegative: Bool) -> Int64? {
        var value: Int64 = 0
        for index in digits {
            let digit = Int64(bytes[index] - UInt8(ascii: "0"))
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            // Downwards for negative numbers, so that Int64.min is reached.
            let (sum, overflow) =
                isNegative
                ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if tooLarge || overflow { return nil }
            value = sum
        }
        return value
    }
}
