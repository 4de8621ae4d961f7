import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// What a request to /v1/completions asks for.
struct TextCall: Sendable {
    let parameters: SamplingParameters
    let requests: [EngineRequest]
    let probabilities: TokenLogProbabilities
    let includesProbabilities: Bool
    /// The prompts' texts, where the answer begins with them.
    let echo: [String]?
    /// Whether the prompts alone are wanted: `max_tokens` of 0 with `echo`.
    let addsNothing: Bool
    let own: OwnParameters
    /// The texts that are made of each prompt, of which the most probable `n` are given.
    let bestOf: Int

    /// The texts that are given of each prompt.
    var n: Int { parameters.choices }

    init(_ fields: RequestFields, _ model: TextModel, _ client: ClientRequest?) throws {
        let prompts = try Self.prompts(fields, model)
        let echoes = try fields.bool("echo") ?? false
        var parameters = try SamplingParameters(
            fields, model, maxTokens: ["max_tokens", "max_completion_tokens", "n_predict"], defaultMaxTokens: 16,
            leastTokens: echoes ? 0 : 1)
        addsNothing = parameters.stop.maxTokens == 0
        // The engine's requests choose a token, which is then not told.
        if addsNothing { parameters.stop.maxTokens = 1 }
        let count = try fields.int("logprobs", in: 0 ... 20) ?? fields.int("n_probs", in: 0 ... 100)
        includesProbabilities = count != nil
        bestOf = try Self.bestOf(fields, parameters)
        if try fields.string("suffix")?.isEmpty == false {
            throw APIError.unsupported("suffix", "texts are continued at their end")
        }
        echo = echoes ? try prompts.map { try model.tokenizer.decode($0, skipsSpecialTokens: true) } : nil
        probabilities = TokenLogProbabilities(tokenizer: model.tokenizer)
        own = try OwnParameters(fields, model)
        let (choices, kept, trace, addsNothing) = (bestOf, parameters, own.trace, addsNothing),
            overflow = try ContextOverflow(fields, isConversation: false, maxTokens: parameters.stop.maxTokens).engine
        requests = prompts.map { prompt in
            var request = EngineRequest(
                GenerationOptions(prompt: prompt, sampling: kept.sampling, stop: kept.stop),
                of: client, choices: choices, overflow: overflow, usesCache: kept.usesCache,
                logProbabilities: count ?? (choices > kept.choices ? 0 : nil), trace: trace,
                countsCompletion: !addsNothing, by: model)
            request.promptLogProbabilities = echoes ? count : nil
            return request
        }
        self.parameters = parameters
    }

    /// The number of texts to choose from.
    private static func bestOf(_ fields: RequestFields, _ parameters: SamplingParameters) throws -> Int {
        guard let best = try fields.int("best_of", in: 1 ... 128) else { return parameters.choices }
        if best < parameters.choices {
            throw APIError.invalid("best_of", "best_of is \(best); expected at least n, \(parameters.choices)")
        }
        if best > parameters.choices, parameters.streams {
            throw APIError.invalid("best_of", "best_of is more than n; expected it without stream")
        }
        return best
    }

    /// A text, several, the tokens of one, or those of several.
    private static func prompts(_ fields: RequestFields, _ model: TextModel) throws -> [[TokenID]] {
        let expected = "a string, an array of strings, of token ids, or of arrays of token ids"
        switch fields.value("prompt") {
        case nil: throw fields.missing("prompt", expected)
        case .string(let text)?: return [try model.promptTokens(text)]
        case .array(let values)?:
            guard let first = values.first else { throw fields.wrong("prompt", expected) }
            switch first {
            case .int: return [try ids(values, fields, "prompt")]
            case .string: return try fields.strings("prompt")!.map(model.promptTokens)
            case .array:
                return try values.enumerated().map { index, value in
                    guard case .array(let inner) = value else { throw fields.wrong("prompt", expected) }
                    return try ids(inner, fields, "prompt[\(index)]")
                }
            default: throw fields.wrong("prompt", expected)
            }
        default: throw fields.wrong("prompt", expected)
        }
    }

    private static func ids(_ values: [JSONValue], _ fields: RequestFields, _ name: String) throws -> [TokenID] {
        try values.enumerated().map { index, value in
            guard case .int(let number) = value, let id = TokenID(exactly: number) else {
                throw APIError.value("\(name)[\(index)]", value, expected: "a token id")
            }
            return id
        }
    }
}
