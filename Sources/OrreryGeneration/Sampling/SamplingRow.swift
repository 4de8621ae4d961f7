import OrreryTokenizers

/// All steps from a model's logits to a token, in the order of `SamplingOptions`.
///
/// The choice is a function of the logits, the options and the tokens so far. What is kept between two tokens, counts and
/// mirostat's limit, follows from the tokens and their logits in order, whatever else is computed beside them.
package struct SamplingRow: Sendable {
    private let sampler: Sampler
    private var processors: [any LogitProcessor] = []
    private var mirostat: Mirostat?

    /// - Parameters:
    ///   - stream: a number that tells apart sequences which share a seed.
    ///   - prompt: the tokens that the text continues.
    ///   - mask: which tokens may come; nil allows all.
    ///   - piece: the bytes of a token, for sequence breakers.
    /// - Throws: `GenerationError` that names an option outside its range.
    package init(
        _ options: SamplingOptions, stream: UInt64 = 0, prompt: [TokenID], mask: (any TokenMask)? = nil,
        piece: @escaping @Sendable (TokenID) -> [UInt8]?
    ) throws {
        sampler = try Sampler(options, stream: stream)
        mirostat = Mirostat(options)
        if let mask { processors.append(MaskStep(mask: mask)) }
        if !options.logitBias.isEmpty { processors.append(LogitBias(options.logitBias)) }
        if options.hasPenalties { processors.append(TokenPenalties(options, prompt: prompt)) }
        if options.hasDRY { processors.append(DRYPenalty(options, prompt: prompt, piece: piece)) }
    }

    /// Chooses the next token by the model's logits and takes note of it.
    ///
    /// - Throws: `GenerationError` that names a logit which is NaN or +inf, or if no token is left.
    package mutating func choose(by logits: [Float], after history: TokenHistory) throws -> TokenID {
        let token = try choice(processed(logits, history), position: history.tokens.count)
        for index in processors.indices { processors[index].append(token) }
        return token
    }

    private func processed(_ logits: [Float], _ history: TokenHistory) -> [Float] {
        var logits = logits
        for processor in processors { processor.apply(to: &logits, after: history) }
        return logits
    }

    private mutating func choice(_ logits: [Float], position: Int) throws -> TokenID {
        guard let mu = mirostat?.mu else { return try sampler.sample(logits, position: position) }
        return try logits.withUnsafeBufferPointer { logits in
            let distribution = try sampler.distribution(logits, position: position, mu: mu, isWhole: false)
            let rank = distribution.rank(at: sampler.draw(at: position))
            mirostat?.observe(probability: distribution.probability(at: rank))
            return distribution.token(at: rank)
        }
    }

    /// The reasons for which `choose` will choose its token, with a stage for each step.
    ///
    /// - Parameter limit: the number of candidates to list.
    package func explain(_ model: [Float], after history: TokenHistory, limit: Int) throws -> SampleExplanation {
        var logits = model
        var stages: [SampleExplanation.Stage] = []
        for processor in processors {
            processor.apply(to: &logits, after: history)
            stages += processor.steps.map { SampleExplanation.stage($0.filter, $0.setting, logits, model: model) }
        }
        return try logits.withUnsafeBufferPointer { logits in
            try model.withUnsafeBufferPointer {
                try SampleExplanation(
                    .init(
                        sampler: sampler, logits: logits, modelLogits: $0, position: history.tokens.count,
                        mu: mirostat?.mu), adjustments: stages, limit: limit)
            }
        }
    }
}
