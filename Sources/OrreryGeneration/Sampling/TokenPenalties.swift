import OrreryTokenizers

/// What the tokens so far do to the logits of the next one.
///
/// - The repetition penalty r (arXiv 1909.05858; transformers' `RepetitionPenaltyLogitsProcessor`) counts every token
///   of the sequence, those of the prompt included, once: a positive logit is divided by r, a negative one multiplied
///   by it.
/// - The frequency penalty f and the presence penalty p (OpenAI's API) count the tokens that were generated, without
///   the prompt's: n f + p is taken off the logit of a token that was generated n times, n > 0.
///
/// They apply in this order, before the temperature, in float32 as the references compute. llama.cpp has the same
/// formulas over the last 64 tokens (`penalty_last_n`), the prompt's included, for all three.
package struct TokenPenalties: LogitProcessor {
    private let options: SamplingOptions
    private let repetition: Float, frequency: Float, presence: Float
    /// Every token of the sequence, and how often it was generated.
    private var counts: [TokenID: Int] = [:]
    private let isNeutral: Bool

    package init(_ options: SamplingOptions, prompt: [TokenID]) {
        self.options = options
        (repetition, frequency, presence) = (
            Float(options.repetitionPenalty), Float(options.frequencyPenalty), Float(options.presencePenalty)
        )
        isNeutral = !options.hasPenalties
        if !isNeutral { for token in prompt { counts[token] = 0 } }
    }

    /// Counts a token that was generated.
    package mutating func append(_ token: TokenID) {
        if !isNeutral { counts[token, default: 0] += 1 }
    }

    /// The logits with the penalties; a masked one (-inf) stays masked.
    package func applied(to logits: [Float]) -> [Float] {
        if isNeutral { return logits }
        var logits = logits
        apply(to: &logits)
        return logits
    }

    func apply(to logits: inout [Float], after history: TokenHistory) { apply(to: &logits) }

    var steps: [(filter: SamplingFilter, setting: Double?)] {
        let all: [(filter: SamplingFilter, setting: Double, neutral: Double)] = [
            (.repetitionPenalty, options.repetitionPenalty, 1), (.frequencyPenalty, options.frequencyPenalty, 0),
            (.presencePenalty, options.presencePenalty, 0),
        ]
        return all.filter { $0.setting != $0.neutral }.map { ($0.filter, $0.setting) }
    }

    private func apply(to logits: inout [Float]) {
        for (token, count) in counts where logits.indices.contains(Int(token)) {
            var logit = logits[Int(token)]
            logit = logit < 0 ? logit * repetition : logit / repetition
            if count > 0 { logit -= Float(count) * frequency + presence }
            logits[Int(token)] = logit
        }
    }
}
