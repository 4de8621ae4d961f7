import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

extension Generation {
    /// What `--json` prints about a finished generation; docs/json.md.
    func json(text: String) -> JSONObject {
        options.json(
            text: text, completion: Array(completion), prefillRate: timings.prefillTokensPerSecond,
            decodeRate: timings.decodeTokensPerSecond, finishReason: finishReason?.rawValue)
    }
}

extension GenerationOptions {
    /// What `--json` prints about a text that these options made; docs/json.md.
    func json(
        text: String, completion: [TokenID], prefillRate: Double?, decodeRate: Double?, finishReason: String?
    ) -> JSONObject {
        var o = JSONObject()
        o["text"] = JSONValue(text)
        o["ids"] = JSONValue(completion.map(Int.init))
        o["prompt_ids"] = JSONValue(prompt.map(Int.init))
        o["prompt_tokens"] = JSONValue(prompt.count)
        o["completion_tokens"] = JSONValue(completion.count)
        o["prefill_tokens_per_s"] = JSONValue(prefillRate)
        o["decode_tokens_per_s"] = JSONValue(decodeRate)
        o["finish_reason"] = JSONValue(finishReason)
        o["sampling"] = .object(sampling.json)
        o["dtype"] = JSONValue(computeType.name)
        o["activations"] = JSONValue(Processor.current.activations.rawValue)
        o["cache_type"] = JSONValue(cacheType.rawValue)
        return o
    }
}

extension SamplingOptions {
    var json: JSONObject {
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
}

extension JSONValue {
    /// A seed may be above what JSON readers hold exactly.
    static func seed(_ seed: UInt64) -> JSONValue { seed <= 1 << 53 ? .int(Int64(seed)) : .string(String(seed)) }
}

extension ElementType {
    var name: String { self == .float32 ? "float32" : "bfloat16" }
}
