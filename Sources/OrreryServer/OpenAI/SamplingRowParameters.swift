import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// The less common steps of choosing a token: OpenAI's `logit_bias`, and llama-server's parameters under its names.
enum SamplingRowParameters {
    /// The most of a number without a natural end; the library's ranges end there as well.
    private static let most = 1e6

    static func read(_ fields: RequestFields, into sampling: inout SamplingOptions, _ model: TextModel) throws {
        try logitBias(fields, &sampling, vocabulary: model.tokenizer.vocabularySize)
        try dry(fields, &sampling)
        try filters(fields, &sampling)
    }

    /// An object of token ids to numbers.
    private static func logitBias(
        _ fields: RequestFields, _ sampling: inout SamplingOptions, vocabulary: Int
    ) throws {
        guard let bias = try fields.object("logit_bias") else { return }
        for key in bias.object.keys {
            guard let token = TokenID(key), (0 ..< vocabulary).contains(Int(token)) else {
                throw APIError.invalid(
                    "logit_bias",
                    "logit_bias has the member \"\(key)\"; expected the id of a token, 0 to \(vocabulary - 1)")
            }
            sampling.logitBias[token] = try bias.double(key, in: -100 ... 100)
        }
    }

    private static func dry(_ fields: RequestFields, _ sampling: inout SamplingOptions) throws {
        if let value = try fields.double("dry_multiplier", in: 0 ... most) { sampling.dryMultiplier = value }
        if let value = try fields.double("dry_base", in: 1 ... most) { sampling.dryBase = value }
        if let value = try fields.int("dry_allowed_length", in: 0 ... .max) { sampling.dryAllowedLength = value }
        if let value = try fields.int("dry_penalty_last_n", in: -1 ... .max) { sampling.dryPenaltyLastN = value }
        if let breakers = try fields.nonemptyStrings("dry_sequence_breakers") {
            sampling.drySequenceBreakers = breakers
        }
    }

    /// -1 switches top-n-sigma off for llama-server, as 0 does.
    private static func filters(_ fields: RequestFields, _ sampling: inout SamplingOptions) throws {
        if let value = try fields.double("dynatemp_range", in: 0 ... most) { sampling.dynatempRange = value }
        if let value = try fields.double("dynatemp_exponent", in: 0 ... most) { sampling.dynatempExponent = value }
        if let value = try fields.double("top_n_sigma", in: -1 ... most) { sampling.topNSigma = max(0, value) }
        if let value = try fields.double("typical_p", in: 0 ... 1) { sampling.typicalP = value }
        if let value = try fields.double("xtc_probability", in: 0 ... 1) { sampling.xtcProbability = value }
        if let value = try fields.double("xtc_threshold", in: 0 ... 1) { sampling.xtcThreshold = value }
        if let value = try fields.int("mirostat", in: 0 ... 2) { sampling.mirostat = value }
        if let value = try fields.double("mirostat_tau", in: 0 ... most) { sampling.mirostatTau = value }
        if let value = try fields.double("mirostat_eta", in: 0 ... most) { sampling.mirostatEta = value }
    }
}
