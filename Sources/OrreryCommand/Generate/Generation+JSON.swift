import Kernels
import OrreryFiles
import OrreryGeneration

extension Generation {
    /// What `--json` prints about a finished generation; docs/json.md.
    func json(text: String) -> JSONObject {
        var o = JSONObject()
        o["text"] = JSONValue(text)
        o["ids"] = JSONValue(completion.map(Int.init))
        o["prompt_ids"] = JSONValue(options.prompt.map(Int.init))
        o["prompt_tokens"] = JSONValue(options.prompt.count)
        o["completion_tokens"] = JSONValue(completion.count)
        o["prefill_tokens_per_s"] = JSONValue(timings.prefillTokensPerSecond)
        o["decode_tokens_per_s"] = JSONValue(timings.decodeTokensPerSecond)
        o["finish_reason"] = JSONValue(finishReason?.rawValue)
        o["sampling"] = .object(options.sampling.json)
        o["dtype"] = JSONValue(options.computeType.name)
        o["activations"] = JSONValue(Processor.current.activations.rawValue)
        o["cache_type"] = JSONValue(options.cacheType.rawValue)
        return o
    }
}

extension ElementType {
    var name: String { self == .float32 ? "float32" : "bfloat16" }
}
