internal import CKernels

/// The type in which keys and values of earlier positions are kept. Fresh ones are rounded to it before they are used,
/// so that attention reads the same numbers whether they were computed a moment ago or long before.
public enum CacheType: String, Sendable, Hashable, CaseIterable {
    /// 32 bits: keys and values are kept as they are computed.
    case float32 = "f32"
    /// IEEE half precision, 16 bits.
    case float16 = "f16"
    /// The upper 16 bits of a float32.
    case bfloat16 = "bf16"
    /// Signed bytes, of which 32 along a head share a scale in half precision (ggml's Q8_0).
    case q8_0

    /// Numbers that share a scale.
    package static let block = 32

    /// The cache type with the precision of products that are computed in `type`.
    public init(_ type: ElementType) { self = type == .float32 ? .float32 : .bfloat16 }

    /// The number of bytes of one head's key or value.
    package func byteCount(headSize: Int) -> Int {
        switch self {
        case .float32: 4 * headSize
        case .float16, .bfloat16: 2 * headSize
        case .q8_0: headSize + 2 * ((headSize + Self.block - 1) / Self.block)
        }
    }

    /// In which queries meet keys, and probabilities values: halves and bytes widen to float32, which holds them
    /// exactly.
    var productType: ElementType { self == .bfloat16 ? .bfloat16 : .float32 }

    var code: Int32 {
        switch self {
        case .float32: Int32(ORRERY_F32)
        case .float16: Int32(ORRERY_F16)
        case .bfloat16: Int32(ORRERY_BF16)
        case .q8_0: Int32(ORRERY_BYTES)
        }
    }
}
