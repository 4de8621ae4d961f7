extension JSONReader {
    /// Reads a string.
    package mutating func string(_ expected: String = "a string") throws -> String {
        guard next() == UInt8(ascii: "\"") else { throw wrong(expected) }
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return try validated(bytes[start ..< position - 1], start)
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0 ..< 0x20:
                throw wrong("a printable character", advice: "control characters in strings are written \\u00XX")
            default:
                position += 1
            }
        }
        throw wrong("'\"' to close the string")
    }

    /// The slow way, from the first backslash on.
    private mutating func escapedString(from start: Int) throws -> String {
        var text = Array(bytes[start ..< position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text.withUnsafeBytes { try validated($0[...], start) }
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0 ..< 0x20:
                throw wrong("a printable character", advice: "control characters in strings are written \\u00XX")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw wrong("'\"' to close the string")
    }

    private func validated(_ slice: Slice<UnsafeRawBufferPointer>, _ start: Int) throws -> String {
        guard let text = String(validating: UnsafeRawBufferPointer(rebasing: slice), as: UTF8.self) else {
            throw wrong("a string in UTF-8", at: start - 1)
        }
        return text
    }

    /// One escape, after its backslash.
    private mutating func escape(into text: inout [UInt8]) throws {
        guard position < bytes.count else { throw wrong("an escape") }
        let simple: UInt8
        switch bytes[position] {
        case UInt8(ascii: "\""): simple = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): simple = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): simple = UInt8(ascii: "/")
        case UInt8(ascii: "b"): simple = 0x08
        case UInt8(ascii: "f"): simple = 0x0C
        case UInt8(ascii: "n"): simple = 0x0A
        case UInt8(ascii: "r"): simple = 0x0D
        case UInt8(ascii: "t"): simple = 0x09
        case UInt8(ascii: "u"):
            position += 1
            text.append(contentsOf: Array(String(Character(try scalar())).utf8))
            return
        default: throw wrong("an escape: one of \" \\ / b f n r t u")
        }
        position += 1
        text.append(simple)
    }

    /// XXXX of \uXXXX, or XXXX\uXXXX where the first is half of a surrogate pair (RFC 8259, section 7). Half of one
    /// alone, which Python's strings can hold and UTF-8 can't, becomes U+FFFD in that dialect.
    private mutating func scalar() throws -> Unicode.Scalar {
        let start = position
        let first = try hex4()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let advice = "characters above U+FFFF are two escapes, the higher surrogate first"
        let afterFirst = position
        if first < 0xDC00, bytes.count - position >= 2, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let second = try hex4()
            if (0xDC00 ... 0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard dialect == .python else { throw wrong("a pair of surrogates", at: start, advice: advice) }
        position = afterFirst
        return "\u{FFFD}"
    }

    private mutating func hex4() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0 ..< 4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue,
                bytes[position] < 0x80
            else { throw wrong("four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
