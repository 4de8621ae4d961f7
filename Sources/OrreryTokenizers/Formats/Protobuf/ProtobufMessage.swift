/// A message as the list of its fields, in order: what is read is written back byte for byte, fields unknown here
/// included.
package struct ProtobufMessage: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes([UInt8])
    }

    private(set) var fields: [(number: Int, value: Value)] = []

    init() {}

    init(reading bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws {
        var reader = ProtobufReader(bytes, range)
        while let (number, value) = try reader.next() {
            switch value {
            case .varint(let value): fields.append((number, .varint(value)))
            case .fixed64(let value): fields.append((number, .fixed64(value)))
            case .fixed32(let value): fields.append((number, .fixed32(value)))
            case .bytes(let range): fields.append((number, .bytes(Array(bytes[range]))))
            }
        }
    }

    /// Adds the fields of `other` behind those that are here.
    mutating func append(_ other: ProtobufMessage) { fields += other.fields }

    package static func == (left: ProtobufMessage, right: ProtobufMessage) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.number == $1.number && $0.value == $1.value }
    }

    /// The value of a field; where it is there more than once, the last (as the specification has it). Setting replaces
    /// them all, or adds the field behind those of lower number; nil removes it.
    package subscript(number: Int) -> Value? {
        get { fields.last { $0.number == number }?.value }
        set {
            let place =
                fields.firstIndex { $0.number == number } ?? fields.firstIndex { $0.number > number } ?? fields.endIndex
            fields.removeAll { $0.number == number }
            if let newValue { fields.insert((number, newValue), at: place) }
        }
    }

    func bool(_ number: Int, default value: Bool) -> Bool {
        if case .varint(let number) = self[number] { number != 0 } else { value }
    }

    /// Every value of a number's field, in order.
    func numbers(_ number: Int) -> [UInt64] {
        fields.compactMap { field in
            if field.number == number, case .varint(let value) = field.value { value } else { nil }
        }
    }

    func int32(_ number: Int, default value: Int32) -> Int32 {
        if case .varint(let number) = self[number] { Int32(truncatingIfNeeded: number) } else { value }
    }

    /// The bytes of a string or a byte field, or nil.
    func bytes(_ number: Int) -> [UInt8]? {
        if case .bytes(let bytes) = self[number] { bytes } else { nil }
    }

    /// The message as it stands in a file.
    var encoded: [UInt8] {
        var output: [UInt8] = []
        for (number, value) in fields { Self.append(number, value, to: &output) }
        return output
    }

    /// Appends a field: its tag, then its value.
    static func append(_ number: Int, _ value: Value, to output: inout [UInt8]) {
        let tag = UInt64(number) << 3
        switch value {
        case .varint(let value):
            append(varint: tag, to: &output)
            append(varint: value, to: &output)
        case .fixed64(let value):
            append(varint: tag | 1, to: &output)
            withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
        case .bytes(let bytes):
            append(varint: tag | 2, to: &output)
            append(varint: UInt64(bytes.count), to: &output)
            output.append(contentsOf: bytes)
        case .fixed32(let value):
            append(varint: tag | 5, to: &output)
            withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
        }
    }

    private static func append(varint value: UInt64, to output: inout [UInt8]) {
        var value = value
        while value >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        output.append(UInt8(value))
    }
}
