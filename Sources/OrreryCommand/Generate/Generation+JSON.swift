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

extension ElementType {
    var name: String { self == .float32 ? "float32" : "bfloat16" }
}
