import Kernels
import OrreryGeneration
import OrreryNN

/// A prompt and how it is to be continued.
public struct EngineRequest: Sendable {
    /// What happens when the context is full.
    public enum Overflow: Sendable, Hashable {
        /// The text ends with the finish reason `length`; a prompt that leaves no room is an error.
        case end
        /// The text continues without its middle: the first `sinks` tokens stay (attention sinks, arXiv:2309.17453) and
        /// so do the newest ones, about half of the context; an event says how many tokens were dropped.
        case slide(sinks: Int)
    }

    /// The prompt, the choice of tokens and the conditions that end the text. The engine's own types apply instead of
    /// its `computeType` and `cacheType`.
    public var options: GenerationOptions
    /// The number of texts to make of the prompt. Text i has the seed of the options plus i.
    public var choices: Int
    /// Requests with a higher number go first.
    public var priority: Int
    /// Who asks: requests of different tenants share the engine fairly.
    public var tenant: String
    /// The time by which the request has to be done, or fails.
    public var deadline: ContinuousClock.Instant?
    /// What happens when the context is full.
    public var overflow: Overflow
    /// Whether pages of earlier requests may be used, and this one's kept.
    public var usesCache: Bool
    /// The number of alternatives to report for each token, with log-probabilities; nil reports none, 0 those of the
    /// chosen tokens alone.
    public var logProbabilities: Int?
    /// The number of alternatives to report for each token of the prompt, likewise. Such a request reads its whole prompt,
    /// whatever the engine has kept of it, and cannot slide.
    public var promptLogProbabilities: Int?
    /// The adapter that the text is computed with, opened for the engine's model; nil means that of the model, or none.
    public var adapter: Adapter?
    /// What the request shows of its own computation; nil shows nothing.
    public var trace: TraceOptions?
    /// Is told what the request has taken once it ends, however it does: one whose reader has gone has taken something
    /// too.
    public var onEnd: (@Sendable (EngineUsage) -> Void)?

    /// A request with the engine's defaults.
    public init(
        _ options: GenerationOptions, choices: Int = 1, priority: Int = 0, tenant: String = "",
        deadline: ContinuousClock.Instant? = nil, overflow: Overflow = .end, usesCache: Bool = true,
        logProbabilities: Int? = nil, promptLogProbabilities: Int? = nil, adapter: Adapter? = nil,
        trace: TraceOptions? = nil
    ) {
        self.options = options
        self.choices = choices
        self.priority = priority
        self.tenant = tenant
        self.deadline = deadline
        self.overflow = overflow
        self.usesCache = usesCache
        self.logProbabilities = logProbabilities
        self.promptLogProbabilities = promptLogProbabilities
        self.adapter = adapter
        self.trace = trace
    }
}

/// What happens to a request, in order.
public enum EngineEvent: Sendable {
    /// The request begins: so many tokens of its prompt were computed before.
    case began(cachedTokens: Int)
    /// The prompt has been read: its tokens' log-probabilities, of each but the first, which follows nothing. Only where
    /// they were asked for.
    case prompt([LogProbabilities])
    /// A token of one of its texts, and the text that it adds.
    case token(choice: Int, Generation.Step, LogProbabilities?)
    /// The context was full, and so many tokens were dropped from its middle.
    case slid(choice: Int, droppedTokens: Int)
    /// All texts have ended, and this is what was to be shown of them.
    case traced(EngineTrace)
    /// All texts have ended.
    case completed(EngineUsage)
}

/// What a request has taken.
public struct EngineUsage: Sendable, Hashable {
    /// The tokens of the prompt.
    public var promptTokens = 0
    /// Those of them that were computed before, for other requests.
    public var cachedTokens = 0
    /// The tokens that were chosen, all texts together, end tokens not counted.
    public var completionTokens = 0
    /// The tokens that a sliding context has dropped, all texts together.
    public var droppedTokens = 0
    /// The seconds from the request to its beginning.
    public var queueSeconds = 0.0
    /// The seconds from its beginning to the first token.
    public var prefillSeconds = 0.0
    /// The seconds from the first token to the last.
    public var decodeSeconds = 0.0

    /// The usage of a request that has not begun.
    public init() {}
}
