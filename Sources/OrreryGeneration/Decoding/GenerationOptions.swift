import Kernels
import OrreryTokenizers

/// Everything that decides what a generation gives, besides the model.
public struct GenerationOptions: Sendable, Hashable {
    /// The tokens to continue; at least one.
    public var prompt: [TokenID]
    /// The choice of tokens from the logits.
    public var sampling: SamplingOptions
    /// The conditions that end the text. Memory for keys and values is taken at the start, for the prompt and
    /// `maxTokens`; without that limit for the whole context.
    public var stop: StopConditions
    /// The type to which operands of products are rounded.
    public var computeType: ElementType
    /// The type in which keys and values are kept.
    public var cacheType: CacheType
    /// A number that tells apart several answers to one prompt under one seed.
    public var stream: UInt64
    /// The most positions of the prompt that are computed at once. It changes time and memory, never the text.
    public var prefillChunk: Int

    /// Options of a generation.
    ///
    /// - Parameters:
    ///   - prompt: the tokens to continue; at least one.
    ///   - sampling: the choice of tokens from the logits.
    ///   - stop: the conditions that end the text.
    ///   - computeType: the type to which operands of products are rounded.
    ///   - cacheType: the type in which keys and values are kept; nil means that of the computation.
    ///   - stream: a number that tells apart several answers to one prompt under one seed.
    ///   - prefillChunk: the most positions of the prompt that are computed at once.
    public init(
        prompt: [TokenID], sampling: SamplingOptions = SamplingOptions(), stop: StopConditions = StopConditions(),
        computeType: ElementType = .float32,
        cacheType: CacheType? = nil, stream: UInt64 = 0, prefillChunk: Int = 256
    ) {
        (self.prompt, self.sampling, self.stop, self.computeType) = (prompt, sampling, stop, computeType)
        self.cacheType = cacheType ?? CacheType(computeType)
        (self.stream, self.prefillChunk) = (stream, prefillChunk)
    }

    /// Positions whose keys and values are kept. The last token is chosen and never computed, so that it needs no room.
    package func capacity(of source: TextModel) -> Int {
        let wanted = stop.maxTokens.map { min($0, source.contextLength) } ?? source.contextLength
        return min(source.contextLength, prompt.count + wanted - 1)
    }

    /// - Parameter overflows: whether the prompt may be longer than the context.
    /// - Throws: `GenerationError` naming what is outside its range.
    package func validate(for source: TextModel, overflows: Bool = false) throws {
        try sampling.validate()
        let choosable = source.tokenizer.vocabularySize
        if let token = sampling.logitBias.keys.sorted().first(where: { $0 < 0 || Int($0) >= choosable }) {
            throw GenerationError.option("a token of `logitBias`", token, allowed: "0 to \(choosable - 1)")
        }
        try stop.validate()
        if prefillChunk < 1 { throw GenerationError.option("the prefill chunk", prefillChunk, allowed: "at least 1") }
        try source.check(prompt, overflows: overflows)
    }
}

extension TextModel {
    /// - Throws: `GenerationError` that says what keeps a prompt from being continued.
    package func check(_ prompt: [TokenID], overflows: Bool = false) throws {
        if prompt.isEmpty { throw GenerationError.emptyPrompt }
        let known = model.shape.vocabularySize
        if let index = prompt.firstIndex(where: { $0 < 0 || Int($0) >= known }) {
            throw GenerationError.promptToken(prompt[index], at: index, vocabulary: known)
        }
        if !overflows, prompt.count >= contextLength {
            throw GenerationError.longPrompt(prompt.count, context: contextLength)
        }
    }
}
