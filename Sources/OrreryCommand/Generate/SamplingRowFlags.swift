import ArgumentParser
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// The less common steps of choosing a token, under llama.cpp's names.
struct SamplingRowFlags: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Add VALUE, -100 to 100, to the score of a token, as OpenAI's API does. May be given several times. (default: none)",
            valueName: "id=value"))
    var logitBias: [TokenBias] = []

    @Option(
        name: .long,
        help: "Choose among the tokens whose surprise is nearest to the entropy, up to a sum of P. (default: 1: all)")
    var typicalP: Double?

    @Option(
        name: .long,
        help: "Choose among tokens whose score is within N standard deviations of the highest. (default: 0: all)")
    var topNSigma: Double?

    @Option(
        name: .long,
        help: "How often XTC leaves out the top choices but the least probable of them. (default: 0: never)")
    var xtcProbability: Double?

    @Option(name: .long, help: "The probability from which on a token is a top choice for XTC. (default: 0.1)")
    var xtcThreshold: Double?

    @Option(
        name: .long,
        help:
            "Lower the score of a token that would continue a repetition (DRY) by M times the base to the length. (default: 0: none)"
    )
    var dryMultiplier: Double?

    @Option(name: .long, help: "The base of the DRY penalty. (default: 1.75)")
    var dryBase: Double?

    @Option(name: .long, help: "The length of a repetition from which on DRY applies. (default: 2)")
    var dryAllowedLength: Int?

    @Option(
        name: .long, help: "The number of last tokens in which DRY looks for repetitions; -1 for all. (default: 64)")
    var dryPenaltyLastN: Int?

    @Option(
        name: .long,
        help:
            "A string at which a repetition ends for DRY, in place of newline, colon, quote and asterisk; none for none. May be given several times. (default: these four)"
    )
    var drySequenceBreaker: [String] = []

    @Option(
        name: .long,
        help:
            "Let the temperature follow how unsure the model is, from R below to R above --temperature. (default: 0: fixed)"
    )
    var dynatempRange: Double?

    @Option(name: .long, help: "The exponent of the entropy that places the dynamic temperature. (default: 1)")
    var dynatempExponent: Double?

    @Option(
        name: .long,
        help:
            "Keep the surprise of the text near a target with mirostat 1 or 2, in place of the filters. (default: 0: off)"
    )
    var mirostat: Int?

    @Option(name: .long, help: "The surprise of a token, in bits, that mirostat aims at. (default: 5)")
    var mirostatTau: Double?

    @Option(name: .long, help: "The rate at which mirostat learns. (default: 0.1)")
    var mirostatEta: Double?

    /// The options with what was given.
    func applied(to options: SamplingOptions) -> SamplingOptions {
        var options = options
        for bias in logitBias { options.logitBias[bias.token] = bias.value }
        set(&options.typicalP, typicalP)
        set(&options.topNSigma, topNSigma)
        set(&options.xtcProbability, xtcProbability)
        set(&options.xtcThreshold, xtcThreshold)
        set(&options.dryMultiplier, dryMultiplier)
        set(&options.dryBase, dryBase)
        set(&options.dryAllowedLength, dryAllowedLength)
        set(&options.dryPenaltyLastN, dryPenaltyLastN)
        if !drySequenceBreaker.isEmpty { options.drySequenceBreakers = drySequenceBreaker.filter { $0 != "none" } }
        set(&options.dynatempRange, dynatempRange)
        set(&options.dynatempExponent, dynatempExponent)
        set(&options.mirostat, mirostat)
        set(&options.mirostatTau, mirostatTau)
        set(&options.mirostatEta, mirostatEta)
        return options
    }

    /// What the user asks for, by llama-server's names.
    var requestFields: JSONObject {
        var fields = JSONObject()
        func set(_ name: String, _ value: Double?) { if let value { fields[name] = .double(value) } }
        func set(_ name: String, _ value: Int?) { if let value { fields[name] = JSONValue(value) } }
        if !logitBias.isEmpty {
            var biases = JSONObject()
            for bias in logitBias { biases[String(bias.token)] = .double(bias.value) }
            fields["logit_bias"] = .object(biases)
        }
        set("typical_p", typicalP)
        set("top_n_sigma", topNSigma)
        set("xtc_probability", xtcProbability)
        set("xtc_threshold", xtcThreshold)
        set("dry_multiplier", dryMultiplier)
        set("dry_base", dryBase)
        set("dry_allowed_length", dryAllowedLength)
        set("dry_penalty_last_n", dryPenaltyLastN)
        if !drySequenceBreaker.isEmpty {
            fields["dry_sequence_breakers"] = JSONValue(drySequenceBreaker.filter { $0 != "none" })
        }
        set("dynatemp_range", dynatempRange)
        set("dynatemp_exponent", dynatempExponent)
        set("mirostat", mirostat)
        set("mirostat_tau", mirostatTau)
        set("mirostat_eta", mirostatEta)
        return fields
    }

    private func set<Value>(_ option: inout Value, _ flag: Value?) { option = flag ?? option }
}

/// `15043=-2.5`: a token and what is added to its score.
struct TokenBias: ExpressibleByArgument {
    let token: TokenID
    let value: Double

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let token = TokenID(parts[0]), let value = Double(parts[1]) else { return nil }
        (self.token, self.value) = (token, value)
    }
}
