extension RegexParser {
    /// An escape outside a class.
    mutating func escape() throws -> RegexNode {
        let start = position
        position += 1
        guard let scalar = next else { throw wrong("the pattern ends after '\\'") }
        switch scalar {
        case "b", "B":
            position = start
            throw wrong("\\\(scalar) (a word's boundary) is not supported")
        case "1" ... "9", "k":
            position = start
            throw wrong("references to groups are not supported")
        default: return .set(try escapedSet())
        }
    }

    /// What stands behind a backslash, as a set.
    private mutating func escapedSet() throws -> ScalarSet {
        guard let scalar = next else { throw wrong("the pattern ends after '\\'") }
        let start = position
        position += 1
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .word
        case "W": return ScalarSet.word.inverted
        case "s": return .space
        case "S": return ScalarSet.space.inverted
        case "p", "P":
            guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
                throw wrong("expected {name} after \\\(scalar)")
            }
            let name = String(String.UnicodeScalarView(scalars[position ..< end]))
            guard let set = UnicodeProperty.set(name) else { throw wrong("\\p{\(name)} is not supported") }
            position = end + 1
            return scalar == "p" ? set : set.inverted
        default:
            position = start
            let value = try escapedScalar()
            return ScalarSet([value ... value])
        }
    }

    /// The code point behind a backslash.
    private mutating func escapedScalar() throws -> UInt32 {
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "t": return 0x09
        case "n": return 0x0A
        case "v": return 0x0B
        case "f": return 0x0C
        case "r": return 0x0D
        case "0":
            if let digit = next, ("0" ... "9").contains(digit) { throw wrong("octal escapes are not supported") }
            return 0
        case "c":
            guard let letter = next, letter.properties.isAlphabetic, letter.isASCII else {
                throw wrong("expected a letter after \\c")
            }
            position += 1
            return letter.value % 32
        case "x": return try hexadecimal(2)
        case "u": return try unicodeEscape()
        default:
            guard "^$\\.*+?()[]{}|/-".unicodeScalars.contains(scalar) || !scalar.isASCII else {
                let isName = scalar.properties.isAlphabetic || ("0" ... "9").contains(scalar)
                if isName {
                    position -= 1
                    throw wrong("\\\(scalar) is not an escape")
                }
                return scalar.value
            }
            return scalar.value
        }
    }

    private mutating func unicodeEscape() throws -> UInt32 {
        if take("{") {
            guard let end = scalars[position...].firstIndex(of: "}"),
                let value = UInt32(String(String.UnicodeScalarView(scalars[position ..< end])), radix: 16),
                value <= 0x10FFFF
            else { throw wrong("expected a code point in \\u{...}") }
            position = end + 1
            return value
        }
        let high = try hexadecimal(4)
        guard (0xD800 ... 0xDBFF).contains(high), take("\\u") else { return high }
        let low = try hexadecimal(4)
        guard (0xDC00 ... 0xDFFF).contains(low) else { throw wrong("expected a low surrogate") }
        return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func hexadecimal(_ digits: Int) throws -> UInt32 {
        guard scalars.count - position >= digits,
            let value = UInt32(String(String.UnicodeScalarView(scalars[position ..< position + digits])), radix: 16)
        else { throw wrong("expected \(digits) hexadecimal digits") }
        position += digits
        return value
    }

    /// A class in brackets.
    mutating func characterClass() throws -> ScalarSet {
        position += 1
        let isInverted = take("^")
        var set = ScalarSet([])
        while !take("]") {
            let first = try classItem()
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                guard let low = first.single else { throw wrong("expected a character before '-'") }
                position += 1
                guard let high = try classItem().single else { throw wrong("expected a character after '-'") }
                guard low <= high else { throw wrong("expected a range in ascending order") }
                set = set.union(ScalarSet([low ... high]))
            } else {
                set = set.union(first)
            }
        }
        return isInverted ? set.inverted : set
    }

    private mutating func classItem() throws -> ScalarSet {
        guard let scalar = next else { throw wrong("expected ']'") }
        position += 1
        guard scalar == "\\" else { return ScalarSet([scalar.value ... scalar.value]) }
        if take("b") { return ScalarSet([8 ... 8]) }
        return try escapedSet()
    }
}

extension ScalarSet {
    /// The only member, where there is one alone.
    fileprivate var single: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
