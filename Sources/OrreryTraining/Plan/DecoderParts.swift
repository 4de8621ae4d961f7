import Kernels
import OrreryModels

/// The parts of an `OrreryDecoder` that a plan chooses.
public struct DecoderParts: Codable, Sendable, Hashable {
    public var positions = DecoderOptions.Positions.rotary
    public var norm = DecoderOptions.NormKind.rms
    public var activation = Activation.silu
    public var gated = true
    public var residual = DecoderOptions.Residual.pre
    /// How many positions a query sees, its own included; nil: all up to its own.
    public var window: Int?

    public init() {}
}
