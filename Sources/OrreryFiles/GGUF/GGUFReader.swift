/// Reads the values of a GGUF file one after the other, little-endian and unaligned as the format has them.
///
/// Every length and count is compared with the bytes that are left before it is used, so what a hostile file makes us
/// allocate is bounded by its own size.
///
/// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
struct GGUFReader {
    /// Arrays of arrays deeper than this are refused: reading them recurses.
    static let maximumDepth = 8

    private let bytes: UnsafeRawBufferPointer
    private let file: MappedFile
    /// Where `bytes` start in the file.
    private let base: Int
    private(set) var position = 0

    /// - Parameters:
    ///   - bytes: a part of `file`, which must outlive the reader.
    ///   - base: the offset of the first of them.
    init(_ bytes: UnsafeRawBufferPointer, of file: MappedFile, base: Int = 0) {
        (self.bytes, self.file, self.base) = (bytes, file, base)
    }

    var remaining: Int { bytes.count - position }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type, _ what: @autoclosure () -> String) throws -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else {
            throw wrong("\(size) bytes for \(what())", found: "\(remaining)", advice: cutOff)
        }
        defer { position += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    /// A count of things of which each takes at least `least` bytes.
    mutating func count(_ what: @autoclosure () -> String, eachAtLeast least: Int) throws -> Int {
        let start = position
        let claimed = try integer(UInt64.self, "the number of \(what())")
        guard claimed <= remaining / least else {
            throw wrong(
                "a number of \(what()) that fits in the \(remaining) bytes left", found: "\(claimed)", advice: cutOff,
                at: start)
        }
        return Int(claimed)
    }

    /// The bytes of a string, where they stand.
    mutating func stringBytes(_ what: @autoclosure () -> String) throws -> UnsafeRawBufferPointer {
        let start = position
        let length = try integer(UInt64.self, "the length of \(what())")
        guard length <= remaining else {
            throw wrong(
                "a length of \(what()) within the \(remaining) bytes left", found: "\(length)", advice: cutOff,
                at: start)
        }
        defer { position += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[position ..< position + Int(length)])
    }

    /// A string; what is not UTF-8 in it becomes U+FFFD, for the format does not ask what strings are made of.
    mutating func string(_ what: @autoclosure () -> String) throws -> String {
        String(decoding: try stringBytes(what()), as: UTF8.self)
    }

    mutating func valueType(_ what: @autoclosure () -> String) throws -> GGUFValueType {
        let start = position
        let number = try integer(UInt32.self, "the type of \(what())")
        guard let type = GGUFValueType(rawValue: number) else {
            throw wrong("a type of \(what()) from 0 to 12", found: "\(number)", at: start)
        }
        return type
    }

    /// A value of `type`; an array's elements are passed over and checked, not read.
    mutating func value(_ type: GGUFValueType, _ what: @autoclosure () -> String, depth: Int = 0) throws -> GGUFValue {
        switch type {
        case .uint8: return .uint8(try integer(UInt8.self, what()))
        case .int8: return .int8(try integer(Int8.self, what()))
        case .uint16: return .uint16(try integer(UInt16.self, what()))
        case .int16: return .int16(try integer(Int16.self, what()))
        case .uint32: return .uint32(try integer(UInt32.self, what()))
        case .int32: return .int32(try integer(Int32.self, what()))
        case .uint64: return .uint64(try integer(UInt64.self, what()))
        case .int64: return .int64(try integer(Int64.self, what()))
        case .float32: return .float32(Float(bitPattern: try integer(UInt32.self, what())))
        case .float64: return .float64(Double(bitPattern: try integer(UInt64.self, what())))
        case .bool: return .bool(try integer(UInt8.self, what()) != 0)
        case .string: return .string(try string(what()))
        case .array: return .array(try array(what(), depth: depth))
        }
    }

    private mutating func array(_ what: @autoclosure () -> String, depth: Int) throws -> GGUFArray {
        guard depth < Self.maximumDepth else { throw wrong("at most \(Self.maximumDepth) nested arrays in \(what())") }
        let elementType = try valueType("the elements of \(what())")
        let count = try self.count("elements of \(what())", eachAtLeast: elementType.leastByteCount)
        let start = position
        switch elementType {
        // The count was compared with what is left, so the product fits.
        case let type where type.byteCount != nil: position += count * (type.byteCount ?? 0)
        case .string: for _ in 0 ..< count { _ = try stringBytes("an element of \(what())") }
        default: for _ in 0 ..< count { _ = try array(what(), depth: depth + 1) }
        }
        let region = try file.region(offset: base + start, count: position - start)
        return GGUFArray(elementType: elementType, count: count, region: region)
    }

    func wrong(_ expected: String, found: String? = nil, advice: String? = nil, at place: Int? = nil) -> FileError {
        .byte(base + (place ?? position), of: file.path, expected: expected, found: found, advice: advice)
    }

    private var cutOff: String { "the file is cut off or not a GGUF file: download it again" }
}
