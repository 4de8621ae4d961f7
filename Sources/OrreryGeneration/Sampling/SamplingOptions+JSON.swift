import OrreryFiles
import OrreryTokenizers

extension SamplingOptions {
    /// The options under the names of the API (docs/json.md).
    package var json: JSONObject {
        var o = JSONObject()
        o["temperature"] = JSONValue(temperature)
        o["top_k"] = JSONValue(topK)
        o["top_p"] = JSONValue(topP)
        o["min_p"] = JSONValue(minP)
        o["repetition_penalty"] = JSONValue(repetitionPenalty)
        o["frequency_penalty"] = JSONValue(frequencyPenalty)
        o["presence_penalty"] = JSONValue(presencePenalty)
        o["logit_bias"] = .array(
            logitBias.sorted { $0.key < $1.key }.map { [JSONValue(Int($0.key)), JSONValue($0.value)] })
        o["dry_multiplier"] = JSONValue(dryMultiplier)
        o["dry_base"] = JSONValue(dryBase)
        o["dry_allowed_length"] = JSONValue(dryAllowedLength)
        o["dry_penalty_last_n"] = JSONValue(dryPenaltyLastN)
        o["dry_sequence_breakers"] = JSONValue(drySequenceBreakers)
        o["dynatemp_range"] = JSONValue(dynatempRange)
        o["dynatemp_exponent"] = JSONValue(dynatempExponent)
        o["top_n_sigma"] = JSONValue(topNSigma)
        o["typical_p"] = JSONValue(typicalP)
        o["xtc_probability"] = JSONValue(xtcProbability)
        o["xtc_threshold"] = JSONValue(xtcThreshold)
        o["mirostat"] = JSONValue(mirostat)
        o["mirostat_tau"] = JSONValue(mirostatTau)
        o["mirostat_eta"] = JSONValue(mirostatEta)
        o["seed"] = .seed(seed)
        return o
    }

    /// Reads what `json` gives.
    ///
    /// - Throws: `FileError` that names a member which is missing or of another kind.
    package init(_ fields: JSONFields) throws {
        self.init(
            temperature: try fields.double("temperature"), topK: try fields.int("top_k", in: 0 ... .max),
            topP: try fields.double("top_p"), minP: try fields.double("min_p"),
            repetitionPenalty: try fields.double("repetition_penalty"),
            frequencyPenalty: try fields.double("frequency_penalty"),
            presencePenalty: try fields.double("presence_penalty"), seed: try fields.seed("seed"))
        logitBias = try Self.logitBias(fields)
        dryMultiplier = try fields.double("dry_multiplier")
        dryBase = try fields.double("dry_base")
        dryAllowedLength = try fields.int("dry_allowed_length", in: 0 ... .max)
        dryPenaltyLastN = try fields.int("dry_penalty_last_n", in: -1 ... .max)
        drySequenceBreakers = try fields.strings("dry_sequence_breakers")
        dynatempRange = try fields.double("dynatemp_range")
        dynatempExponent = try fields.double("dynatemp_exponent")
        topNSigma = try fields.double("top_n_sigma")
        typicalP = try fields.double("typical_p")
        xtcProbability = try fields.double("xtc_probability")
        xtcThreshold = try fields.double("xtc_threshold")
        mirostat = try fields.int("mirostat", in: 0 ... 2)
        mirostatTau = try fields.double("mirostat_tau")
        mirostatEta = try fields.double("mirostat_eta")
    }

    private static func logitBias(_ fields: JSONFields) throws -> [TokenID: Double] {
        let error = fields.error("logit_bias", expected: "an array of pairs: a token id and a number")
        return try fields.array("logit_bias").reduce(into: [:]) { bias, pair in
            guard case .array(let pair) = pair, pair.count == 2, case .int(let token) = pair[0],
                let id = TokenID(exactly: token)
            else { throw error }
            switch pair[1] {
            case .int(let value): bias[id] = Double(value)
            case .double(let value): bias[id] = value
            default: throw error
            }
        }
    }
}

extension JSONValue {
    /// A seed may be above what JSON readers hold exactly.
    package static func seed(_ seed: UInt64) -> JSONValue {
        seed <= 1 << 53 ? .int(Int64(seed)) : .string(String(seed))
    }
}

extension JSONFields {
    /// What `JSONValue.seed` gives.
    fileprivate func seed(_ key: String) throws -> UInt64 {
        if let text = try? string(key) {
            guard let seed = UInt64(text) else { throw error(key, expected: "a whole number of at most 64 bits") }
            return seed
        }
        return UInt64(try int(key, in: 0 ... .max))
    }
}
