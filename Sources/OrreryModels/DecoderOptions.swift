/// The parts among which a decoder of `model_type` orrery chooses.
public enum DecoderOptions {
    /// How a decoder knows the order of its tokens.
    public enum Positions: String, Codable, Sendable, CaseIterable {
        /// Not at all, but for what causal attention tells it (arXiv:2305.19466).
        case none
        /// Sines and cosines added to the embeddings (arXiv:1706.03762, 3.5).
        case sinusoidal
        /// A learned vector for each position, added to the embeddings.
        case learned
        /// Queries and keys turned by their positions (arXiv:2104.09864).
        case rotary
        /// A penalty on scores that grows with the distance (arXiv:2108.12409).
        case alibi
    }

    /// The norm of the residual stream.
    public enum NormKind: String, Codable, Sendable, CaseIterable {
        /// Divides by the root mean square (arXiv:1910.07467).
        case rms = "rmsnorm"
        /// Takes off the mean and divides by the standard deviation (arXiv:1607.06450).
        case layer = "layernorm"
    }

    /// The places of the norms in a block.
    public enum Residual: String, Codable, Sendable, CaseIterable {
        /// Before each part (arXiv:2002.04745).
        case pre
        /// After each sum (arXiv:1706.03762).
        case post
        /// Before each part and after it (arXiv:2408.00118).
        case sandwich
        /// Before both parts, which are computed side by side (GPT-J).
        case parallel
    }
}
