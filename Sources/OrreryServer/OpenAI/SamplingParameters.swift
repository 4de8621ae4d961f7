import OrreryEngine
import OrreryFiles
import OrreryGeneration

/// The parameters that decide how a text continues, in the names of OpenAI's API and of llama-server's.
struct SamplingParameters {
    var sampling: SamplingOptions
    var stop: StopConditions
    var choices: Int
    var usesCache: Bool
    var streams: Bool
    var includesUsage: Bool

    /// - Parameters:
    ///   - chat: the model's part in conversations, where an answer is made.
    ///   - maxTokens: the names of the limit, the first that is given counts.
    ///   - defaultMaxTokens: the limit where none is given.
    ///   - leastTokens: the least limit that can be asked for.
    init(
        _ fields: RequestFields, _ model: TextModel, _ chat: ChatModel? = nil, maxTokens names: [String],
        defaultMaxTokens: Int?, leastTokens: Int = 1
    ) throws {
        sampling = try Self.sampling(fields, model)
        let limits = try names.map { try fields.int($0, in: -1 ... .max) }
        let limit = limits.lazy.compactMap { $0 }.first
        if limit == 0, leastTokens > 0 {
            throw APIError.invalid(names[0], "\(names[0]) is 0; expected at least 1")
        }
        let stops = try fields.nonemptyStrings("stop") ?? []
        let maxTokens = limit == -1 ? nil : limit ?? defaultMaxTokens
        stop =
            chat?.stopConditions(maxTokens: maxTokens, stopStrings: stops)
            ?? model.stopConditions(maxTokens: maxTokens, stopStrings: stops)
        if try fields.bool("ignore_eos") == true { stop.endTokens = [] }
        choices = try fields.int("n", in: 1 ... 128) ?? 1
        usesCache = try fields.bool("cache_prompt") ?? true
        streams = try fields.bool("stream") ?? false
        let options = try fields.object("stream_options")
        includesUsage = try options?.bool("include_usage") ?? false
        if options != nil, !streams {
            throw APIError.invalid(
                "stream_options", "stream_options is given without stream; expected stream: true with it")
        }
        // llama-server's place of a conversation: here every prompt finds what was computed of it.
        fields.accept(
            "id_slot", "user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention",
            "service_tier")
    }

    /// The sampling of a request that says nothing of it: that of the model's publisher, else the API's, with a random
    /// seed.
    static func defaultSampling(_ model: TextModel) -> SamplingOptions {
        var sampling = model.suggestedSampling ?? SamplingOptions()
        sampling.seed = SamplingOptions.drawnSeed()
        return sampling
    }

    private static func sampling(_ fields: RequestFields, _ model: TextModel) throws -> SamplingOptions {
        var sampling = defaultSampling(model)
        if let value = try fields.double("temperature", in: 0 ... 1000) { sampling.temperature = value }
        if let value = try fields.double("top_p", in: 0 ... 1) { sampling.topP = value }
        if let value = try fields.int("top_k", in: -1 ... .max) { sampling.topK = max(0, value) }
        if let value = try fields.double("min_p", in: 0 ... 1) { sampling.minP = value }
        for name in ["repeat_penalty", "repetition_penalty"] {
            if let value = try fields.double(name, in: 0.001 ... 1000) { sampling.repetitionPenalty = value }
        }
        if let value = try fields.double("frequency_penalty", in: -1000 ... 1000) { sampling.frequencyPenalty = value }
        if let value = try fields.double("presence_penalty", in: -1000 ... 1000) { sampling.presencePenalty = value }
        try SamplingRowParameters.read(fields, into: &sampling, model)
        if let value = try fields.int("seed") { sampling.seed = UInt64(bitPattern: Int64(value)) }
        return sampling
    }

    /// The warnings for members that nobody read.
    static func warnings(_ fields: RequestFields) -> [String] {
        fields.unread.map { "\($0) is not known here and was ignored" }
    }
}
