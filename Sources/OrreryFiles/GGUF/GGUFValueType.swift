/// The types of a GGUF metadata value, by the numbers that the file uses.
///
/// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, `gguf_metadata_value_type`.
package enum GGUFValueType: UInt32, CaseIterable, Sendable {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// The bytes of one value; nil for strings and arrays, which carry their length.
    package var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }

    /// The least that one value takes in a file: what bounds a claimed count before anything is read.
    var leastByteCount: Int {
        switch self {
        case .string: 8  // the length
        case .array: 12  // the type of the elements and their count
        default: byteCount ?? 1
        }
    }

    /// What it is, for errors: "a uint32".
    var description: String {
        switch self {
        case .int8: "an int8"
        case .int16: "an int16"
        case .int32: "an int32"
        case .int64: "an int64"
        case .array: "an array"
        default: "a \(self)"
        }
    }
}
