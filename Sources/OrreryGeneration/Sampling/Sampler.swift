import OrreryTensor
import OrreryTokenizers

/// Chooses the next token: a pure function of the logits, the options and the position.
///
/// Logits are one row, [vocabulary], after the steps that look at the text so far (logit bias, penalties and DRY, which
/// a generation applies); -inf masks a token. A model whose embedding table is padded beyond the tokenizer's vocabulary
/// should pass the first `vocabularySize` only. Mirostat, which looks at the text too, stands here at its first step.
public struct Sampler: Sendable, Hashable {
    /// The options of the choice.
    public let options: SamplingOptions
    private let generator: CounterGenerator

    /// A sampler with these options.
    ///
    /// - Parameters:
    ///   - options: the options of the choice.
    ///   - stream: a number that tells apart sequences which share a seed, such as several answers to one prompt.
    /// - Throws: `GenerationError` that names an option outside its range.
    public init(_ options: SamplingOptions, stream: UInt64 = 0) throws {
        try options.validate()
        self.options = options
        generator = CounterGenerator(seed: options.seed, stream: stream)
    }

    /// The next token by a row of logits, [vocabulary].
    ///
    /// - Parameters:
    ///   - logits: the logits, after the penalties.
    ///   - position: the position in the sequence that the token will take; it selects the random number.
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if every token is masked.
    public func sample(_ logits: UnsafeBufferPointer<Float>, position: Int) throws -> TokenID {
        if options.isGreedy { return try greedy(logits, position: position) }
        if !options.hasFilters {
            return try UnfilteredDraw(logits, temperature: options.temperature(of: logits), position: position)
                .token(at: draw(at: position))
        }
        let distribution = try distribution(logits, position: position, mu: Mirostat(options)?.mu, isWhole: false)
        return distribution.token(at: distribution.rank(at: draw(at: position)))
    }

    /// What the filters leave of the logits.
    func distribution(
        _ logits: UnsafeBufferPointer<Float>, position: Int, mu: Double?, isWhole: Bool
    ) throws -> SamplingDistribution {
        try SamplingDistribution(
            logits, options: options, position: position,
            chance: options.xtcProbability > 0 ? generator.secondUniform(at: position) : 0, mu: mu,
            isWhole: isWhole)
    }

    /// The random number of a position, 0 ..< 1.
    func draw(at position: Int) -> Double { generator.uniform(at: position) }

    /// The next token by a row of logits, [vocabulary].
    ///
    /// - Parameters:
    ///   - logits: the logits, after the penalties.
    ///   - position: the position in the sequence that the token will take; it selects the random number.
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if every token is masked.
    public func sample(_ logits: [Float], position: Int) throws -> TokenID {
        try logits.withUnsafeBufferPointer { try sample($0, position: position) }
    }

    /// The next token by a row of logits, [vocabulary].
    ///
    /// - Parameters:
    ///   - logits: the logits, after the penalties.
    ///   - position: the position in the sequence that the token will take; it selects the random number.
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if every token is masked.
    public func sample(_ logits: Tensor, position: Int) throws -> TokenID {
        try sample(logits.floats, position: position)
    }

    /// The reasons for which `sample` chooses its token, computed by the same code.
    ///
    /// - Parameters:
    ///   - logits: the logits, after the penalties.
    ///   - model: the logits as the model gave them; nil means that penalties have not changed them.
    ///   - position: the position in the sequence that the token will take; it selects the random number.
    ///   - limit: the number of candidates to list, from the most probable on.
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if every token is masked.
    public func explain(
        _ logits: UnsafeBufferPointer<Float>, model: UnsafeBufferPointer<Float>? = nil, position: Int, limit: Int = 20
    ) throws -> SampleExplanation {
        try SampleExplanation(
            .init(
                sampler: self, logits: logits, modelLogits: model ?? logits, position: position,
                mu: Mirostat(options)?.mu), adjustments: [], limit: limit)
    }

    /// The reasons for which `sample` chooses its token, computed by the same code.
    ///
    /// - Parameters:
    ///   - logits: the logits, after the penalties.
    ///   - model: the logits as the model gave them; nil means that penalties have not changed them.
    ///   - position: the position in the sequence that the token will take; it selects the random number.
    ///   - limit: the number of candidates to list, from the most probable on.
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if every token is masked.
    public func explain(
        _ logits: [Float], model: [Float]? = nil, position: Int, limit: Int = 20
    ) throws -> SampleExplanation {
        try logits.withUnsafeBufferPointer { logits in
            guard let model else { return try explain(logits, position: position, limit: limit) }
            return try model.withUnsafeBufferPointer {
                try explain(logits, model: $0, position: position, limit: limit)
            }
        }
    }

    /// The highest logit, the lowest id among equal ones.
    private func greedy(_ logits: UnsafeBufferPointer<Float>, position: Int) throws -> TokenID {
        var best: (token: Int, logit: Float)?
        for (token, logit) in logits.enumerated() where logit != -.infinity {
            guard logit.isFinite else { throw GenerationError.logit(logit, token: TokenID(token), position: position) }
            if logit > best?.logit ?? -.infinity { best = (token, logit) }
        }
        guard let best else { throw GenerationError.nothingToChoose(vocabulary: logits.count, position: position) }
        return TokenID(best.token)
    }
}
