internal import CKernels

/// The type of the numbers that a kernel reads and writes. Arithmetic and accumulation are float32 in every case.
public enum ElementType: Sendable, Hashable {
    /// IEEE single precision, 32 bits.
    case float32
    /// The upper 16 bits of a float32.
    case bfloat16

    /// The number of bytes of one element.
    @inlinable public var size: Int { self == .float32 ? 4 : 2 }

    package var code: Int32 { self == .float32 ? Int32(ORRERY_F32) : Int32(ORRERY_BF16) }
}
