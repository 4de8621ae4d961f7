/// How the numbers of a weight matrix are stored: plain floats, or blocks of neighbours in a row that share a scale.
///
/// The layouts are ggml's (`ggml-common.h` of llama.cpp), by the names of GGUF; MXFP4 is that of the OCP microscaling
/// specification 1.0.
package enum BlockFormat: String, CaseIterable, Sendable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case q8_0 = "Q8_0"
    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q2_K = "Q2_K"
    case q3_K = "Q3_K"
    case q4_K = "Q4_K"
    case q5_K = "Q5_K"
    case q6_K = "Q6_K"
    case iq4_NL = "IQ4_NL"
    case iq4_XS = "IQ4_XS"
    case mxfp4 = "MXFP4"

    /// Numbers that share a block; 1 for plain floats.
    package var elementsPerBlock: Int {
        switch self {
        case .float32, .float16, .bfloat16: 1
        case .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .iq4_NL, .mxfp4: 32
        case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_XS: 256
        }
    }

    package var bytesPerBlock: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .mxfp4: 17
        case .q4_0, .iq4_NL: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q2_K: 84
        case .q3_K: 110
        case .iq4_XS: 136
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        }
    }

    /// Whether each number stands for itself.
    package var isFloat: Bool { elementsPerBlock == 1 }

    /// The bytes of a row of `columns` numbers; nil where they are not whole blocks, none, or too many.
    package func bytesPerRow(columns: Int) -> Int? {
        guard columns > 0, columns % elementsPerBlock == 0 else { return nil }
        let (bytes, overflow) = (columns / elementsPerBlock).multipliedReportingOverflow(by: bytesPerBlock)
        return overflow ? nil : bytes
    }

    /// The bytes of a matrix; nil where a row is not whole blocks or the size is not a positive number that fits.
    package func byteCount(rows: Int, columns: Int) -> Int? {
        guard rows > 0, let row = bytesPerRow(columns: columns) else { return nil }
        let (bytes, overflow) = row.multipliedReportingOverflow(by: rows)
        return overflow ? nil : bytes
    }
}
