internal import CKernels

/// The types that a kernel reads and writes. Arithmetic and accumulation are float32 in every case.
public enum ElementType: Sendable, Hashable {
    case float32
    case bfloat16

    /// Bytes of one element.
    @inlinable public var size: Int { self == .float32 ? 4 : 2 }

    package var code: Int32 { self == .float32 ? Int32(ORRERY_F32) : Int32(ORRERY_BF16) }
}
