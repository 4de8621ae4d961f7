import OrreryFiles
import OrreryGeneration

/// The member `options` of ollama's requests: how a text is chosen, and where it ends.
struct OllamaOptions {
    let sampling: SamplingOptions
    let stop: StopConditions
    /// The most tokens of the prompt and its answer; nil means the model's context.
    let context: Int?
    /// What was asked for and is not known.
    let warnings: [String]

    /// What decides about time and memory for ollama, or has no meaning for the models here.
    private static let accepted = [
        "numa", "num_batch", "num_gpu", "main_gpu", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mmap",
        "use_mlock", "embedding_only", "num_thread", "num_keep", "penalize_newline",
    ]

    /// - Throws: `APIError` that names the option: `options.top_p`.
    init(_ fields: RequestFields, _ model: TextModel, _ chat: ChatModel?) throws {
        var members = try fields.object("options")?.object ?? JSONObject()
        // -2 fills the context, which is where every text ends.
        if case .int(-2)? = members["num_predict"] { members["num_predict"] = -1 }
        let options = RequestFields(members, path: "options")
        context = try options.int("num_ctx", in: 1 ... .max)
        let parameters = try SamplingParameters(
            options, model, chat, maxTokens: ["num_predict"], defaultMaxTokens: nil)
        sampling = parameters.sampling
        stop = parameters.stop
        options.accept(Self.accepted)
        warnings = SamplingParameters.warnings(options).map { "options.\($0)" }
    }
}
