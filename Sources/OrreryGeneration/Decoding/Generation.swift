import Kernels
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// A generation in progress: choose a token, append it, compute its position, and again.
///
/// Every call computes on the caller's thread and returns. A caller that wants to stop just stops calling, so it can
/// check a flag of its own between any two tokens. Keys and values of past positions are kept, so each token costs one
/// position.
///
/// ```swift
/// let generation = try model.generate(model.options(for: "Once", maxTokens: 50))
/// while let step = try generation.next() { print(step.text, terminator: "") }
/// ```
public final class Generation {
    /// The contribution of one token.
    public struct Step: Sendable, Hashable {
        /// The token.
        public let token: TokenID
        /// The position of the token in the sequence, the prompt included.
        public let position: Int
        /// The bytes that can be shown now: none while they may be the start of a stop string.
        public let bytes: [UInt8]
        /// The characters that those bytes complete.
        public let text: String
        /// The reason why the generation ended; nil on all steps but the last.
        public let finishReason: FinishReason?
        /// The stop string that ended the generation; nil where none did.
        public let stopString: String?
    }

    /// The times that the generation has taken so far.
    public private(set) var timings = GenerationTimings()

    private let source: TextModel
    private var continuation: Continuation
    private(set) var state: any SequenceState
    /// Knows what the cache holds, where it outlives this generation.
    private let promptCache: PromptCache?
    private let mask: (any TokenMask)?
    /// The logits after the last token; nil until its position is computed.
    private var row: [Float]?

    /// The options of the generation.
    public var options: GenerationOptions { continuation.options }
    /// The prompt and the tokens chosen after it, an end token included.
    public var tokens: [TokenID] { continuation.tokens }
    /// The reason why the generation ended; nil until the last step has been returned.
    public var finishReason: FinishReason? { continuation.finishReason }

    convenience init(
        _ source: TextModel, _ options: GenerationOptions, _ promptCache: PromptCache? = nil,
        mask: (any TokenMask)? = nil
    ) throws {
        try options.validate(for: source)
        let capacity = options.capacity(of: source)
        if promptCache?.canHold(options, capacity: capacity, of: source) != true {
            try InferenceMemory(
                source.model, type: options.computeType, cacheType: options.cacheType,
                positions: PromptCache.positions(capacity, promptCache, of: source),
                piece: options.prefillChunk
            ).check(source.name, shorter: "`maxTokens`")
        }
        let state =
            promptCache?.state(for: options, capacity: capacity, of: source)
            ?? source.makeState(capacity: capacity, type: options.cacheType)
        try self.init(source, options, state, promptCache, mask)
    }

    private init(
        _ source: TextModel, _ options: GenerationOptions, _ state: any SequenceState, _ promptCache: PromptCache?,
        _ mask: (any TokenMask)?
    ) throws {
        self.source = source
        self.state = state
        self.promptCache = promptCache
        self.mask = mask
        continuation = try Continuation(source, options, mask: mask)
    }

    /// A generation that has read the same prompt and goes its own way under another seed.
    ///
    /// - Precondition: the prompt has been read, and no token has been chosen.
    func fork(seed: UInt64) throws -> Generation {
        precondition(
            row != nil && tokens.count == options.prompt.count,
            "Generation.fork: expected a prompt that was read and nothing after it")
        var options = options
        options.sampling.seed = seed
        let other = try Generation(source, options, state.copy(), nil, mask)
        other.row = row
        return other
    }

    /// Adds the time that reading the prompt took in another generation.
    func adopt(_ timings: GenerationTimings) { self.timings = timings }

    /// Gives the memory of keys and values back once the generation has ended.
    func releaseState() {
        if finishReason != nil { state.truncate(to: 0) }
    }

    /// The tokens chosen so far, without an end token.
    public var completion: ArraySlice<TokenID> { continuation.completion }

    /// The number of positions whose keys and values are kept.
    public var cachedPositions: Int { state.count }

    /// Computes a part of what is missing before the next token can be chosen: of the prompt, or the newest token.
    /// `next` does it as well; a caller with a long prompt can do it in parts and check for cancellation between them.
    ///
    /// - Returns: whether more is missing.
    @discardableResult public func advance() -> Bool {
        guard finishReason == nil, state.count < tokens.count else { return false }
        if source.model.rewind(state, ifStretchedBy: tokens.count) { promptCache?.forget() }
        let isPrefill = state.count < options.prompt.count
        let piece = tokens[state.count...].prefix(options.prefillChunk),
            isLast = state.count + piece.count == tokens.count
        measure(isPrefill, tokens: piece.count) {
            let
                batch = Batch(Array(piece), continuing: state, sequenceLength: tokens.count)
                    .adapted(by: source.adapter),
                context = ForwardContext(computeType: options.computeType)
            // What the model would say inside a prompt is not asked for.
            if isLast {
                row = source.choosable(source.model.logits(batch, context).floats)
            } else {
                _ = source.model.hidden(batch, context)
            }
            promptCache?.append(piece)
        }
        return !isLast
    }

    /// Whether nothing but the position of the newest token has to be computed before the next one can be chosen.
    var wantsOnePosition: Bool {
        finishReason == nil && tokens.count > options.prompt.count && state.count == tokens.count - 1
            && !source.model.isStretched(state, by: tokens.count)
    }

    /// Takes what a pass over several sequences has computed for the newest token: its logits; its state has read it
    /// already.
    func receive(_ logits: ArraySlice<Float>, seconds: Double) {
        row = source.choosable(Array(logits))
        timings.decodeTokens += 1
        timings.decodeSeconds += seconds
    }

    /// The model's logits for the next token, one per token of the vocabulary, before the penalties; empty once the
    /// generation has ended.
    public func logits() -> [Float] {
        while advance() {}
        return finishReason == nil ? row ?? [] : []
    }

    /// The reasons for which `next` will choose its token.
    ///
    /// - Parameter limit: the number of candidates to list.
    /// - Throws: `GenerationError` that names a logit which is not a number.
    public func explainNext(limit: Int = 20) throws -> SampleExplanation {
        try continuation.explain(logits(), limit: limit)
    }

    /// Chooses the next token and appends it; nil once the generation has ended.
    ///
    /// - Throws: `GenerationError` that names a logit which is not a number; `TokenizerError` if the text cannot be
    ///   decoded.
    public func next() throws -> Step? {
        guard finishReason == nil else { return nil }
        let isPrefill = state.count < options.prompt.count
        let row = logits()
        return try measure(isPrefill, tokens: 0) { try continuation.append(by: row) }
    }

    /// Ends a generation that the caller stops, and returns the text that was held back.
    public func cancel() -> String { continuation.cancel() }

    private func measure<R>(_ isPrefill: Bool, tokens count: Int, _ body: () throws -> R) rethrows -> R {
        let start = ContinuousClock.now
        defer {
            let elapsed = (ContinuousClock.now - start).seconds
            if isPrefill {
                timings.prefillTokens += count
                timings.prefillSeconds += elapsed
            } else {
                timings.decodeTokens += count
                timings.decodeSeconds += elapsed
            }
        }
        return try body()
    }
}
