/// The options of choosing the next token from the logits.
///
/// The order is that of transformers (`GenerationMixin._get_logits_processor`): penalties, temperature, top-k, top-p,
/// min-p; each filter sees what the ones before it left, its probabilities scaled to a sum of one. llama.cpp's default
/// chain has the same filters in the same order but applies the temperature last (`common_params_sampling::samplers` in
/// `common/common.h`), so that there a high temperature cannot widen the set; with a temperature of 1 the two agree.
///
/// Equal logits are ordered by id, lowest first. A filter therefore keeps an exact number (llama.cpp's top-k does;
/// transformers' keeps all that tie with the last), and the most probable token always stays.
public struct SamplingOptions: Sendable, Hashable {
    /// The divisor of the logits: below 1 the distribution becomes sharper, above 1 flatter. 0 is greedy: the highest
    /// logit after the penalties is chosen, whatever the filters say.
    public var temperature: Double

    /// The number of most probable tokens to keep; 0 keeps all.
    public var topK: Int

    /// The sum of probabilities up to which the most probable tokens are kept (arXiv 1904.09751); 1 keeps all, 0 the
    /// first.
    public var topP: Double

    /// The least probability of a token that is kept, as a fraction of the most probable token's (arXiv 2407.01082); 0
    /// keeps all.
    public var minP: Double

    /// The strength with which tokens of the sequence, the prompt included, become less likely to come again
    /// (transformers' `repetition_penalty`); 1 does nothing, below 1 does the opposite.
    public var repetitionPenalty: Double

    /// The amount subtracted from a token's logit for each time it was generated, the prompt left out of account
    /// (OpenAI's `frequency_penalty`); 0 does nothing.
    public var frequencyPenalty: Double

    /// The amount subtracted from a token's logit once it was generated (OpenAI's `presence_penalty`); 0 does nothing.
    public var presencePenalty: Double

    /// The seed of the random numbers: the same seed and logits give the same choices on every platform.
    public var seed: UInt64

    /// Options of the choice; by default every token is kept, at a temperature of 1.
    public init(
        temperature: Double = 1, topK: Int = 0, topP: Double = 1, minP: Double = 0, repetitionPenalty: Double = 1,
        frequencyPenalty: Double = 0,
        presencePenalty: Double = 0, seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
        self.frequencyPenalty = frequencyPenalty
        self.presencePenalty = presencePenalty
        self.seed = seed
    }

    /// The options that always choose the most probable token.
    public static let greedy = SamplingOptions(temperature: 0)

    /// The options that are used where neither the user nor the model's publisher says anything.
    public static let `default` = SamplingOptions(temperature: 0.8)

    /// Whether earlier tokens change the logits of the next one.
    public var hasPenalties: Bool { repetitionPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0 }

    /// Whether some tokens are taken out before the choice.
    var hasFilters: Bool { topK > 0 || topP < 1 || minP > 0 }

    /// Whether the choice has no randomness.
    public var isGreedy: Bool { temperature == 0 }

    /// A seed that nobody chose. It has 32 bits: short enough to type again, and exact in JSON.
    package static func drawnSeed() -> UInt64 { UInt64(UInt32.random(in: .min ... .max)) }

    /// Checks that every option is in its range.
    ///
    /// - Throws: `GenerationError` that names the option outside its range, and the range.
    public func validate() throws {
        guard temperature >= 0 && temperature.isFinite else {
            throw GenerationError.option(
                "`temperature`", temperature, allowed: "0 (greedy) or a finite number above it")
        }
        guard topK >= 0 else {
            throw GenerationError.option("`topK`", topK, allowed: "0 (all tokens) or a number of tokens")
        }
        guard (0 ... 1).contains(topP) else {
            throw GenerationError.option("`topP`", topP, allowed: "0 ... 1, where 1 keeps all tokens")
        }
        guard (0 ... 1).contains(minP) else {
            throw GenerationError.option("`minP`", minP, allowed: "0 ... 1, where 0 keeps all tokens")
        }
        guard (1e-3 ... 1e3).contains(repetitionPenalty) else {
            throw GenerationError.option(
                "`repetitionPenalty`", repetitionPenalty, allowed: "0.001 ... 1000, where 1 is none")
        }
        for (name, penalty) in [("`frequencyPenalty`", frequencyPenalty), ("`presencePenalty`", presencePenalty)]
        where !(-1e3 ... 1e3).contains(penalty) {
            throw GenerationError.option(name, penalty, allowed: "-1000 ... 1000, where 0 is none")
        }
    }
}
