/// The element types of the safetensors format, by the names that its headers use. Most are only carried: whoever wants
/// numbers out of a tensor looks at its type.
///
/// Source: https://github.com/huggingface/safetensors, `safetensors/src/tensor.rs`.
package enum SafetensorsDType: String, CaseIterable, Sendable {
    case bool = "BOOL"
    /// Two to a byte, as in OCP Microscaling.
    case float4 = "F4"
    /// Four in three bytes.
    case float6E2M3 = "F6_E2M3"
    case float6E3M2 = "F6_E3M2"
    case uint8 = "U8"
    case int8 = "I8"
    case float8E4M3 = "F8_E4M3"
    case float8E5M2 = "F8_E5M2"
    /// Without negative zero; the name is that of ONNX.
    case float8E4M3FNUZ = "F8_E4M3FNUZ"
    case float8E5M2FNUZ = "F8_E5M2FNUZ"
    /// A power of two: the scale of a block of smaller numbers.
    case float8E8M0 = "F8_E8M0"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case int64 = "I64"
    case uint64 = "U64"
    case float64 = "F64"
    /// Two float32, real and imaginary part.
    case complex64 = "C64"

    /// The bits of one element.
    package var bitCount: Int {
        switch self {
        case .float4: 4
        case .float6E2M3, .float6E3M2: 6
        case .bool, .uint8, .int8, .float8E4M3, .float8E5M2, .float8E4M3FNUZ, .float8E5M2FNUZ, .float8E8M0: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .int64, .uint64, .float64, .complex64: 64
        }
    }

    /// The bytes of a tensor of this type, or nil where a dimension is negative, the product does not fit, or it is not
    /// whole bytes.
    package func byteCount(shape: [Int]) -> Int? {
        var count = 1
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            count = product
        }
        let (bytes, overflow) = (count / 8).multipliedReportingOverflow(by: bitCount), rest = count % 8 * bitCount
        guard !overflow, rest % 8 == 0 else { return nil }
        let (sum, tooMany) = bytes.addingReportingOverflow(rest / 8)
        return tooMany ? nil : sum
    }
}
