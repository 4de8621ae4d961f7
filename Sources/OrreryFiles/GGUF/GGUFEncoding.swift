/// Values as a GGUF file has them: little-endian, a length before each string, a type and a count before each array.
enum GGUFEncoding {
    static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func append(_ string: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes += Self.bytes(of: UInt64(string.count))
        bytes += string
    }

    /// Appends the value without its type.
    static func append(_ value: GGUFValue, to bytes: inout [UInt8]) {
        switch value {
        case .uint8(let value): bytes.append(value)
        case .int8(let value): bytes.append(UInt8(bitPattern: value))
        case .uint16(let value): bytes += Self.bytes(of: value)
        case .int16(let value): bytes += Self.bytes(of: value)
        case .uint32(let value): bytes += Self.bytes(of: value)
        case .int32(let value): bytes += Self.bytes(of: value)
        case .uint64(let value): bytes += Self.bytes(of: value)
        case .int64(let value): bytes += Self.bytes(of: value)
        case .float32(let value): bytes += Self.bytes(of: value.bitPattern)
        case .float64(let value): bytes += Self.bytes(of: value.bitPattern)
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .string(let value): append(value.utf8, to: &bytes)
        case .array(let array):
            bytes += Self.bytes(of: array.elementType.rawValue)
            bytes += Self.bytes(of: UInt64(array.count))
            array.region.withUnsafeBytes { bytes += $0 }
        }
    }
}
