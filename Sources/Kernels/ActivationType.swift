internal import CKernels

/// The integer type to which activations are rounded where they are multiplied with quantised weights. Activations
/// share a scale in units of 32, or of 256 for formats with blocks of 256.
public enum ActivationType: String, CaseIterable, Sendable {
    /// Signed bytes, as llama.cpp's: on real weights this rounding is most of the distance from float32.
    case int8
    /// Integers of 15 bits, which are multiplied as two bytes: their rounding can't be told from that of float32 sums.
    /// Reading many tokens at once takes up to twice the time, decoding takes no longer where memory limits it.
    case int16

    /// The type that is used by default.
    public static let `default` = ActivationType.int16

    /// Of a number; the code by which the inner loops know this.
    package var bytes: Int { self == .int8 ? Int(ORRERY_INT8) : Int(ORRERY_INT16) }
}
