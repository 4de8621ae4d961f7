/// A pull parser for JSON (RFC 8259): the caller says what it expects next, and nothing is built that it does not ask
/// for.
///
/// Works on bytes it does not own, and trusts none of them: UTF-8 is validated, depth is limited, and every error names
/// the byte.
package struct JSONReader {
    /// The depth that is enough for every format of this field; the parser recurses, and threads have small stacks.
    package static let defaultDepth = 128

    let bytes: UnsafeRawBufferPointer
    let file: String
    private let base: Int
    private let maximumDepth: Int
    let dialect: JSONDialect
    private var depth = 0
    var position = 0

    /// - Parameters:
    ///   - bytes: must outlive the reader.
    ///   - file: the name for errors.
    ///   - base: the offset in the file of the first byte, for errors.
    package init(
        _ bytes: UnsafeRawBufferPointer, file: String, base: Int = 0, maximumDepth: Int = defaultDepth,
        dialect: JSONDialect = .strict
    ) {
        (self.bytes, self.file, self.base, self.maximumDepth, self.dialect) = (bytes, file, base, maximumDepth, dialect)
    }

    /// What the next value is.
    package enum Kind { case object, array, string, number, bool, null }

    /// The kind of the next value, which is not consumed.
    package mutating func peek() throws -> Kind {
        guard let first = next() else { throw wrong("a value") }
        switch first {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0") ... UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "N"), UInt8(ascii: "I"):
            if dialect == .python { return .number }
            throw wrong("a value", advice: "JSON has no NaN or Infinity: write null")
        case 0xEF where position == 0:
            throw wrong("a value", advice: "save the file as UTF-8 without byte order mark")
        default: throw wrong("a value")
        }
    }

    /// Reads an object. `body` gets each key, in order, with its byte offset, and must read the value.
    package mutating func object(
        _ expected: String = "an object", _ body: (inout JSONReader, _ key: String, _ offset: Int) throws -> Void
    ) throws {
        try open("{", expected)
        if take("}") { depth -= 1; return }
        while true {
            skipSpace()
            let offset = base + position
            let key = try string("a key in quotes")
            guard take(":") else { throw wrong("':' after the key") }
            try body(&self, key, offset)
            if take(",") { continue }
            guard take("}") else { throw wrong("',' or '}'") }
            depth -= 1
            return
        }
    }

    /// Reads an array. `body` must read each element.
    package mutating func array(_ body: (inout JSONReader) throws -> Void) throws {
        try open("[", "an array")
        if take("]") { depth -= 1; return }
        while true {
            try body(&self)
            if take(",") { continue }
            guard take("]") else { throw wrong("',' or ']'") }
            depth -= 1
            return
        }
    }

    /// Reads any value and keeps nothing of it.
    package mutating func skip() throws {
        switch try peek() {
        case .object: try object { reader, _, _ in try reader.skip() }
        case .array: try array { try $0.skip() }
        case .string: _ = try string()
        case .number: _ = try number()
        case .bool: _ = try bool()
        case .null: try null()
        }
    }

    /// Reads any value and gives its text as it stands there.
    package mutating func text() throws -> [UInt8] {
        _ = next()
        let start = position
        try skip()
        return Array(bytes[start ..< position])
    }

    /// Reads `true` or `false`.
    package mutating func bool() throws -> Bool {
        if word("true") { return true }
        if word("false") { return false }
        throw wrong("true or false")
    }

    /// Reads `null`.
    package mutating func null() throws {
        guard word("null") else { throw wrong("null") }
    }

    /// Nothing but white space may follow.
    package mutating func end() throws {
        if next() != nil { throw wrong("the end of the text") }
    }

    // MARK: Bytes

    /// The next byte that is no white space, not consumed; nil at the end.
    mutating func next() -> UInt8? {
        skipSpace()
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func open(_ mark: Unicode.Scalar, _ what: String) throws {
        guard take(mark) else { throw wrong(what) }
        depth += 1
        guard depth <= maximumDepth else { throw wrong("at most \(maximumDepth) nested values", at: position - 1) }
    }

    mutating func word(_ text: StaticString) -> Bool {
        skipSpace()
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count,
            bytes[position ..< position + count].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: count))
        else { return false }
        position += count
        return true
    }

    /// The error at `place`, or at the next byte.
    func wrong(_ expected: String, at place: Int? = nil, advice: String? = nil) -> FileError {
        let place = place ?? position
        let found: String
        if place >= bytes.count {
            found = "the end of the text"
        } else if (0x21 ... 0x7E).contains(bytes[place]) {
            found = "'\(Character(Unicode.Scalar(bytes[place])))'"
        } else {
            let hex = String(bytes[place], radix: 16, uppercase: true)
            found = "byte 0x\(hex.count == 1 ? "0" : "")\(hex)"
        }
        return .byte(base + place, of: file, expected: expected, found: found, advice: advice)
    }
}
