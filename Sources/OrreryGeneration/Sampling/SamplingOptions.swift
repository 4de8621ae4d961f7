import OrreryTokenizers

/// The options of choosing the next token from the logits: a row of steps, each of which does nothing by default.
///
/// 1. What changes logits by the text so far: a mask of what a schema allows, logit bias, the penalties on repetition,
///    frequency and presence, DRY.
/// 2. The temperature, dynamic if it has a range.
/// 3. The filters: top-n-sigma, top-k, top-p, min-p, typical-p, XTC. Each sees what the ones before it left, its
///    probabilities scaled to a sum of one. Mirostat takes the place of all of them.
/// 4. The draw, by the seed and the position.
///
/// The order is that of transformers (`GenerationMixin._get_logits_processor`), and of llama.cpp's default chain
/// (`common_params_sampling::samplers` in `common/common.h`) for what transformers does not have. llama.cpp applies the
/// temperature last, so that there a high temperature cannot widen the set, and typical-p before top-p; with a
/// temperature of 1 and without typical-p the two agree. docs/sampling.md has the formulas.
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

    /// The numbers to add to the logits of tokens, -100 to 100 (OpenAI's `logit_bias`); at -100 a token is as good as
    /// banned, at 100 as good as the only one.
    public var logitBias: [TokenID: Double] = [:]

    /// The factor of the DRY penalty on tokens that would continue a repetition; 0 does nothing.
    public var dryMultiplier: Double = 0

    /// The base of the DRY penalty, which is multiplier * base^(length - allowed length).
    public var dryBase: Double = 1.75

    /// The length of a repetition from which on the token after it has the DRY penalty.
    public var dryAllowedLength: Int = 2

    /// The number of last tokens, the prompt's included, among which DRY looks for repetitions; -1 looks at all, 0
    /// switches DRY off.
    public var dryPenaltyLastN: Int = 64

    /// The strings at which a repetition ends for DRY.
    public var drySequenceBreakers: [String] = ["\n", ":", "\"", "*"]

    /// The distance from the temperature to the ends of a range in which it follows the model's uncertainty: low where
    /// the model is sure, high where it is not; 0 leaves the temperature as it is.
    public var dynatempRange: Double = 0

    /// The exponent of the share of the highest entropy that places the dynamic temperature in its range.
    public var dynatempExponent: Double = 1

    /// The number of standard deviations below the highest logit to which logits are kept (arXiv 2411.07641); 0 keeps
    /// all. The set does not depend on the temperature.
    public var topNSigma: Double = 0

    /// The sum of probabilities up to which the tokens are kept whose surprise is nearest to the entropy (locally typical
    /// sampling, arXiv 2202.00666); 1 keeps all.
    public var typicalP: Double = 1

    /// The probability with which XTC applies to a token; 0 is never.
    public var xtcProbability: Double = 0

    /// The probability from which on XTC counts a token as a top choice: of several all but the least probable are left
    /// out. Above 0.5 there is at most one, and nothing happens.
    public var xtcThreshold: Double = 0.1

    /// The version of mirostat (arXiv 2007.14966), 1 or 2, that takes the place of the filters; 0 is none.
    public var mirostat: Int = 0

    /// The surprise of a token, in bits, that mirostat aims at.
    public var mirostatTau: Double = 5

    /// The rate at which mirostat learns from each token's surprise.
    public var mirostatEta: Double = 0.1

    /// The seed of the random numbers: the same seed and logits give the same choices on every platform.
    public var seed: UInt64

    /// Options of the choice; by default every token is kept, at a temperature of 1. The less common ones are properties.
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
    package var hasFilters: Bool {
        topK > 0 || topP < 1 || minP > 0 || topNSigma > 0 || typicalP < 1 || xtcProbability > 0 || mirostat != 0
    }

    /// Whether repetitions of several tokens are penalized.
    package var hasDRY: Bool { dryMultiplier > 0 && dryPenaltyLastN != 0 }

    /// Whether the choice has no randomness.
    public var isGreedy: Bool { temperature == 0 }

    /// A seed that nobody chose. It has 32 bits: short enough to type again, and exact in JSON.
    package static func drawnSeed() -> UInt64 { UInt64(UInt32.random(in: .min ... .max)) }
}
