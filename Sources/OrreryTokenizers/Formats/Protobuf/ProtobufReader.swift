/// Reads the fields of a protocol buffer message one after the other, trusting no byte of it.
///
/// Source: https://protobuf.dev/programming-guides/encoding/.
struct ProtobufReader {
    /// What follows a field's number.
    enum Value: Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Where the bytes of a string, a message or a packed array stand.
        case bytes(Range<Int>)
    }

    /// What is wrong, and at which byte of the whole.
    struct Failure: Error {
        let offset: Int
        let expected: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let end: Int
    private(set) var position: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.init(bytes, bytes.indices) }

    /// Reads the message at `range`; positions count from the start of `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        (position, end) = (range.lowerBound, range.upperBound)
    }

    /// The next field's number and value, or nil at the end. Groups, which no field of these formats is, are passed
    /// over.
    mutating func next() throws -> (number: Int, value: Value)? {
        var open: [Int] = []
        while position < end {
            let start = position
            let (number, type) = try tag()
            switch type {
            case 3: open.append(number)
            case 4:
                guard open.popLast() == number else { throw Failure(offset: start, expected: "no end of a group here") }
            default:
                let value = try value(ofType: type, at: start)
                if open.isEmpty { return (number, value) }
            }
        }
        guard open.isEmpty else { throw Failure(offset: position, expected: "the end of a group, found the end") }
        return nil
    }

    private mutating func tag() throws -> (number: Int, type: UInt64) {
        let start = position
        let tag = try varint("a field's tag")
        // The specification bounds numbers to 29 bits; the wire type takes three more.
        guard tag >> 3 != 0, tag >> 3 < 1 << 29 else {
            throw Failure(offset: start, expected: "a field's number from 1 to 536870911")
        }
        return (Int(tag >> 3), tag & 7)
    }

    private mutating func value(ofType type: UInt64, at start: Int) throws -> Value {
        switch type {
        case 0: return .varint(try varint("a number"))
        case 1: return .fixed64(try fixed(UInt64.self))
        case 5: return .fixed32(try fixed(UInt32.self))
        case 2:
            let place = position
            let length = try varint("a length")
            guard length <= end - position else {
                throw Failure(
                    offset: place, expected: "a length within the \(end - position) bytes left, found \(length)")
            }
            defer { position += Int(length) }
            return .bytes(position ..< position + Int(length))
        default: throw Failure(offset: start, expected: "a wire type of 0 to 5, found \(type)")
        }
    }

    private mutating func varint(_ what: String) throws -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard position < end else { throw Failure(offset: position, expected: "\(what), found the end") }
            let byte = bytes[position]
            position += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Failure(offset: start, expected: "\(what) of at most 64 bits")
    }

    private mutating func fixed<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard end - position >= size else {
            throw Failure(offset: position, expected: "\(size) bytes, found \(end - position)")
        }
        defer { position += size }
        return Number(
            littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: Number.self))
    }
}
