import OrreryGeneration

/// What a request has shown of its own computation.
public struct EngineTrace: Sendable {
    /// Which tokens of the prompt were computed before.
    public var cache: CacheTrace?
    /// The reasons for each token of each text.
    public var choices: [[SampleExplanation]] = []
    /// What the machine reaches, measured when the first trace asked for it; nil where layers are not timed.
    public var machine: MachineLimits?
    /// The passes that the request took part in, where layers are timed.
    public var passes: [PassTrace] = []
    /// The tensors of points, in the order of the passes.
    public var tensors: [TracedTensor] = []
    /// What exceeded the limit: names of points, `candidates`, `layers`.
    public var leftOut: [String] = []
    /// The seconds that tracing itself has taken: copies of tensors and lists of candidates.
    public var overheadSeconds = 0.0

    /// A trace of nothing yet.
    public init() {}
}

/// What a machine reaches at most.
public struct MachineLimits: Sendable, Hashable {
    /// 10⁹ bytes a second that all threads read together.
    public let bandwidth: Double
    /// 10⁹ operations a second of products with weights.
    public let peak: Double
}

/// A pass of a request: the time and the bytes of each of its parts.
public struct PassTrace: Sendable {
    /// The text, of several, that the pass is of.
    public let choice: Int
    /// The position of the first row.
    public let firstPosition: Int
    /// The number of rows, drafted ones included.
    public let rows: Int
    /// The embedding, each layer, and the output layer where it was asked.
    public internal(set) var parts: [Part] = []

    /// A part of a pass.
    public struct Part: Sendable {
        /// `embedding`, `layer 0` and so on, or `output`.
        public let name: String
        /// The time that it took.
        public let seconds: Double
        /// The bytes that it reads: weights, keys and values.
        public let bytes: Int
        /// The operations of its products with weights, a multiply-add being two.
        public let operations: Double
        /// The time that the machine needs at least, by its bandwidth or its arithmetic, whichever takes longer.
        public let leastSeconds: Double
    }
}

/// A tensor of a point in one pass.
public struct TracedTensor: Sendable {
    /// The name of the point.
    public let point: String
    /// The text, of several, that the pass is of.
    public let choice: Int
    /// The position of the pass's first row.
    public let firstPosition: Int
    /// The dimensions (docs/taps.md).
    public let shape: [Int]
    /// The numbers, rows in order.
    public let values: [Float]
}

/// Which tokens of a prompt were computed before, and why the others were not.
public struct CacheTrace: Sendable {
    /// The tokens that were computed before.
    public internal(set) var cachedTokens = 0
    /// Those of them that came from files.
    public internal(set) var tokensFromFiles = 0
    /// Those of them that other requests computed while this one was read.
    public internal(set) var tokensMeanwhile = 0
    /// Why the tokens after them were computed.
    public internal(set) var reason: Reason

    /// Why tokens of a prompt had to be computed.
    public enum Reason: Sendable, Hashable, CustomStringConvertible {
        /// All but the last token were known; its logits choose the first token of the text.
        case lastToken
        /// The request does not use what is kept.
        case notWanted
        /// The log-probabilities of the prompt are wanted.
        case promptProbabilities
        /// The model's state is not in pages.
        case notPaged
        /// Nothing is kept that begins with the prompt's first token.
        case nothingKept
        /// What is kept ends at a position.
        case keptUpTo(Int)
        /// What is kept goes on with another token.
        case differs(position: Int, kept: Int32, prompt: Int32)

        /// The reason in words.
        public var description: String {
            switch self {
            case .lastToken: "the last token is always computed: its logits choose the first token of the text"
            case .notWanted: "the request does not use the cache"
            case .promptProbabilities: "the log-probabilities of the prompt need all of it to be computed"
            case .notPaged: "the model's state cannot be shared between requests"
            case .nothingKept: "nothing that is kept begins with the prompt's first token"
            case .keptUpTo(let position): "what is kept of the prompt ends at position \(position)"
            case .differs(let position, let kept, let prompt):
                "at position \(position) the prompt has token \(prompt), and what is kept has \(kept)"
            }
        }
    }
}
