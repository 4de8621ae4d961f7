/// The element types of tensors in GGUF files, by the numbers that the file uses.
///
/// A quantised type stores a row in blocks: `elementsPerBlock` neighbouring values share `bytesPerBlock` bytes.
/// Numbers that ggml has withdrawn (4, 5, 31 to 33, 36 to 38) are not listed.
///
/// Source: ggml, `include/ggml.h` (`enum ggml_type`) and `src/ggml-common.h` (the block structures).
package enum GGUFTensorType: UInt32, CaseIterable, Sendable {
    case float32 = 0
    case float16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_XXS = 16
    case iq2_XS = 17
    case iq3_XXS = 18
    case iq1_S = 19
    case iq4_NL = 20
    case iq3_S = 21
    case iq2_S = 22
    case iq4_XS = 23
    case int8 = 24
    case int16 = 25
    case int32 = 26
    case int64 = 27
    case float64 = 28
    case iq1_M = 29
    case bfloat16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39
    case nvfp4 = 40
    case q1_0 = 41
    case q2_0 = 42

    /// What ggml's tools call it: `F32`, `Q4_K`, `MXFP4`.
    package var name: String {
        switch self {
        case .float16, .float32, .float64: "F\(8 * bytesPerBlock)"
        case .bfloat16: "BF16"
        case .int8, .int16, .int32, .int64: "I\(8 * bytesPerBlock)"
        default: "\(self)".uppercased()
        }
    }

    /// The type with this name.
    package static func named(_ name: String) -> GGUFTensorType? { allCases.first { $0.name == name } }

    /// How many values share a block; 1 for types that are not quantised.
    package var elementsPerBlock: Int { layout.elements }

    /// The bytes of a block.
    package var bytesPerBlock: Int { layout.bytes }

    private var layout: (elements: Int, bytes: Int) {
        switch self {
        case .int8: (1, 1)
        case .float16, .bfloat16, .int16: (1, 2)
        case .float32, .int32: (1, 4)
        case .float64, .int64: (1, 8)
        case .q4_0, .iq4_NL: (32, 18)
        case .q4_1: (32, 20)
        case .q5_0: (32, 22)
        case .q5_1: (32, 24)
        case .q8_0: (32, 34)
        case .q8_1: (32, 40)
        case .mxfp4: (32, 17)
        case .nvfp4: (64, 36)
        case .q2_0: (64, 18)
        case .q1_0: (128, 18)
        case .q2_K: (256, 84)
        case .q3_K, .iq3_S: (256, 110)
        case .q4_K: (256, 144)
        case .q5_K: (256, 176)
        case .q6_K: (256, 210)
        case .q8_K: (256, 292)
        case .iq1_S: (256, 50)
        case .iq1_M: (256, 56)
        case .tq1_0: (256, 54)
        case .iq2_XXS, .tq2_0: (256, 66)
        case .iq2_XS: (256, 74)
        case .iq2_S: (256, 82)
        case .iq3_XXS: (256, 98)
        case .iq4_XS: (256, 136)
        }
    }

    /// The bytes of a tensor of this type, or nil where the innermost dimension is not whole blocks, a dimension is
    /// negative, or the product does not fit.
    ///
    /// - Parameter shape: row-major, the outermost dimension first. Empty for a scalar.
    package func byteCount(shape: [Int]) -> Int? {
        let row = shape.last ?? 1
        guard row >= 0, row % elementsPerBlock == 0 else { return nil }
        var total = bytesPerBlock
        for dimension in shape.dropLast() + [row / elementsPerBlock] {
            let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            total = product
        }
        return total
    }
}
