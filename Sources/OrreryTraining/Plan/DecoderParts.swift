import Kernels
import OrreryModels

/// The parts of a decoder of architecture orrery.
public struct DecoderParts: Codable, Sendable, Hashable {
    /// The way in which the decoder knows the order of its tokens.
    public var positions = DecoderOptions.Positions.rotary
    /// The norm of the residual stream.
    public var norm = DecoderOptions.NormKind.rms
    /// The activation of the feed-forward network.
    public var activation = Activation.silu
    /// Whether the feed-forward network is gated: the activation of one product times another product
    /// (arXiv:2002.05202).
    public var gated = true
    /// The places of the norms in a block.
    public var residual = DecoderOptions.Residual.pre
    /// The number of positions that a query sees, its own included; nil if it sees all up to its own.
    public var window: Int?

    /// The default parts, which are those of Llama.
    public init() {}
}
