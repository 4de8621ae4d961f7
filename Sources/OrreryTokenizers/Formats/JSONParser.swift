/// A strict JSON reader (RFC 8259) that trusts no byte: bounded nesting, valid UTF-8, no lone surrogates, nothing after the value.
struct JSONParser {
    /// The first thing wrong, and the byte where it is.
    struct Failure: Error {
        let byteOffset: Int
        let expected: String
    }

    private static let maximalNesting = 128

    private let bytes: [UInt8]
    private var position = 0

    static func parse(_ bytes: [UInt8]) throws -> JSON {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(nesting: 0)
        parser.skipWhitespace()
        guard parser.position == bytes.count else { throw parser.failure("the end of the file") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark, which editors put and RFC 8259 lets a reader skip.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private func failure(_ expected: String) -> Failure { Failure(byteOffset: position, expected: expected) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(nesting: Int) throws -> JSON {
        guard nesting < Self.maximalNesting else { throw failure("at most \(Self.maximalNesting) nested values") }
        skipWhitespace()
        guard let byte = next else { throw failure("a JSON value") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try members(nesting: nesting))
        case UInt8(ascii: "["): return .array(try elements(nesting: nesting))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return value
            }
            throw failure("a JSON value")
        }
    }

    private mutating func members(nesting: Int) throws -> [(name: String, value: JSON)] {
        var members: [(name: String, value: JSON)] = []
        position += 1
        skipWhitespace()
        if take("}") { return members }
        while true {
            skipWhitespace()
            let name = try string()
            skipWhitespace()
            guard take(":") else { throw failure("':' after a member's name") }
            members.append((name, try value(nesting: nesting + 1)))
            skipWhitespace()
            if take("}") { return members }
            guard take(",") else { throw failure("',' or '}'") }
        }
    }

    private mutating func elements(nesting: Int) throws -> [JSON] {
        var elements: [JSON] = []
        position += 1
        skipWhitespace()
        if take("]") { return elements }
        while true {
            elements.append(try value(nesting: nesting + 1))
            skipWhitespace()
            if take("]") { return elements }
            guard take(",") else { throw failure("',' or ']'") }
        }
    }

    private mutating func digits() throws {
        guard let byte = next, (0x30...0x39).contains(byte) else { throw failure("a digit") }
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    }

    private mutating func number() throws -> JSON {
        let start = position
        var isInteger = true
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") {
            isInteger = false
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        return .number(Double(text) ?? .infinity)
    }

    private mutating func string() throws -> String {
        guard take("\"") else { throw failure("a string") }
        var result: [UInt8] = []
        while true {
            guard let byte = next else { throw failure("the end of a string") }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                result.append(contentsOf: UTF8.encode(try escape())!)
            case 0..<0x20:
                throw failure("no control character in a string")
            default:
                let step = bytes.withUnsafeBufferPointer { UTF8Step($0, at: position) }
                guard case .scalar(_, let length) = step else { throw failure("valid UTF-8") }
                result.append(contentsOf: bytes[position..<position + length])
                position += length
            }
        }
    }

    /// The character of an escape whose backslash is taken.
    private mutating func escape() throws -> Unicode.Scalar {
        let simple: KeyValuePairs<Character, Unicode.Scalar> = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
        ]
        for (letter, scalar) in simple where take(letter) { return scalar }
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), take("\\") else { throw failure("a pair of surrogates") }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else { throw failure("a pair of surrogates") }
        return UTF16.decode(UTF16.EncodedScalar([unit, second]))
    }

    /// The UTF-16 code unit of `u` and four hexadecimal digits.
    private mutating func codeUnit() throws -> UInt16 {
        guard take("u") else { throw failure("an escape of JSON's") }
        let text = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw failure("four hexadecimal digits")
        }
        position += 4
        return unit
    }
}
