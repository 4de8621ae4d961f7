/// A step between the logits and the choice; all cases are in the order in which they apply.
public enum SamplingFilter: String, Sendable, Hashable, CaseIterable {
    /// The removal of tokens that a grammar or a schema does not allow.
    case mask
    /// The numbers that are added to the logits of chosen tokens.
    case logitBias = "logit_bias"
    /// The penalty on tokens that are in the sequence.
    case repetitionPenalty = "repetition_penalty"
    /// The penalty on tokens for each time they were generated.
    case frequencyPenalty = "frequency_penalty"
    /// The penalty on tokens that were generated.
    case presencePenalty = "presence_penalty"
    /// The penalty on tokens that would continue a repetition of several tokens.
    case dry
    /// The division of the logits by the temperature.
    case temperature
    /// The removal of tokens whose logit is many standard deviations below the highest.
    case topNSigma = "top_n_sigma"
    /// The cut after the k most probable tokens.
    case topK = "top_k"
    /// The cut where the probabilities sum to p.
    case topP = "top_p"
    /// The removal of tokens that are much less probable than the most probable one.
    case minP = "min_p"
    /// The removal of tokens whose surprise is far from the expected one.
    case typicalP = "typical_p"
    /// The removal, some of the time, of all probable tokens but the least probable of them.
    case xtc
    /// The cut that keeps the surprise of the text near a target; it takes the place of the other filters.
    case mirostat

    /// Whether the step changes logits, before the temperature.
    package var changesLogits: Bool {
        switch self {
        case .mask, .logitBias, .repetitionPenalty, .frequencyPenalty, .presencePenalty, .dry: true
        case .temperature, .topNSigma, .topK, .topP, .minP, .typicalP, .xtc, .mirostat: false
        }
    }
}
