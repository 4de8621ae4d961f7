/// The parts from which a decoder of `model_type` orrery is composed.
public enum DecoderOptions {
    /// How a decoder knows the order of its tokens.
    public enum Positions: String, Codable, Sendable, CaseIterable {
        /// Only by the causal mask of attention (arXiv:2305.19466).
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
        /// Division by the root mean square (arXiv:1910.07467).
        case rms = "rmsnorm"
        /// Subtraction of the mean and division by the standard deviation (arXiv:1607.06450).
        case layer = "layernorm"
    }

    /// The places of the norms in a block.
    public enum Residual: String, Codable, Sendable, CaseIterable {
        /// A norm before attention and one before the feed-forward network (arXiv:2002.04745).
        case pre
        /// A norm after each sum (arXiv:1706.03762).
        case post
        /// A norm before and one after attention, and the same for the feed-forward network (arXiv:2408.00118).
        case sandwich
        /// One norm before attention and the feed-forward network, which read the same input (GPT-J).
        case parallel
    }
}
