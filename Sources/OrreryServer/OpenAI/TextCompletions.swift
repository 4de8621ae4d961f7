import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// POST /v1/completions: texts that continue prompts.
struct TextCompletions {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let (model, _, engine) = try served.engine()
        let call = try Call(fields, model, context.client)
        let completion = Completion(
            prefix: "cmpl-", object: "text_completion", model: served.name,
            warnings: warnings + SamplingParameters.warnings(fields))
        if call.parameters.streams {
            return stream(call, completion, engine, to: request, context.client)
        }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await whole(call, completion, engine, context.client)
        }
    }

    /// What a request asks for.
    struct Call: Sendable {
        let parameters: SamplingParameters
        let requests: [EngineRequest]
        let probabilities: TokenLogProbabilities
        let includesProbabilities: Bool
        /// The prompts' texts, where the answer begins with them.
        let echo: [String]?

        init(_ fields: RequestFields, _ model: TextModel, _ client: ClientRequest?) throws {
            let prompts = try Self.prompts(fields, model)
            parameters = try SamplingParameters(
                fields, model, maxTokens: ["max_tokens", "max_completion_tokens", "n_predict"], defaultMaxTokens: 16)
            let count = try fields.int("logprobs", in: 0 ... 20) ?? fields.int("n_probs", in: 0 ... 100)
            includesProbabilities = count != nil
            if let best = try fields.int("best_of", in: 1 ... 128), best != parameters.choices {
                throw APIError.unsupported("best_of", "expected the same number as n")
            }
            if try fields.string("suffix")?.isEmpty == false {
                throw APIError.unsupported("suffix", "texts are continued at their end")
            }
            let echoes = try fields.bool("echo") ?? false
            if echoes, includesProbabilities {
                throw APIError.unsupported("echo", "expected it without logprobs")
            }
            echo = echoes ? try prompts.map { try model.tokenizer.decode($0, skipsSpecialTokens: true) } : nil
            probabilities = TokenLogProbabilities(tokenizer: model.tokenizer)
            let parameters = parameters
            requests = prompts.map { prompt in
                EngineRequest(
                    GenerationOptions(prompt: prompt, sampling: parameters.sampling, stop: parameters.stop),
                    of: client, choices: parameters.choices, usesCache: parameters.usesCache, logProbabilities: count)
            }
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

    // MARK: At once

    private func whole(
        _ call: Call, _ completion: Completion, _ engine: Engine, _ client: ClientRequest?
    ) async throws -> Response {
        let texts = call.echo ?? Array(repeating: "", count: call.requests.count)
        let n = call.parameters.choices
        var choices = texts.flatMap { text in (0 ..< n).map { _ in Choice(text: text) } }
        var usage = EngineUsage()
        for try await (prompt, event) in events(of: call.requests, by: engine) {
            switch event {
            case .token(let choice, let step, let probabilities):
                choices[prompt * n + choice].append(step, probabilities)
            case .completed(let taken):
                usage = usage + taken
                client?.count(taken)
            case .began, .slid: break
            }
        }
        try Task.checkCancellation()
        let json = choices.enumerated().map { index, choice in
            choice.json(index, call.includesProbabilities ? call.probabilities : nil)
        }
        return Response(json: completion.json(json, usage: usage, timings: true))
    }

    /// A text as far as it goes.
    private struct Choice {
        var text: String
        var probabilities: [(LogProbabilities, offset: Int)] = []
        var reason: FinishReason?

        mutating func append(_ step: Generation.Step, _ found: LogProbabilities?) {
            if let found { probabilities.append((found, text.count)) }
            text += step.text
            reason = step.finishReason
        }

        func json(_ index: Int, _ form: TokenLogProbabilities?) -> JSONValue {
            TextCompletions.choice(index, text, form?.legacy(probabilities) ?? .null, reason)
        }
    }

    private static func choice(
        _ index: Int, _ text: String, _ probabilities: JSONValue, _ reason: FinishReason?
    ) -> JSONValue {
        [
            "index": JSONValue(index), "text": JSONValue(text), "logprobs": probabilities,
            "finish_reason": Completion.finishReason(reason),
        ]
    }

    // MARK: As a stream

    private func stream(
        _ call: Call, _ completion: Completion, _ engine: Engine, to request: Request, _ client: ClientRequest?
    ) -> Response {
        let ping = requests.ping
        return .events(to: request) { out in
            let n = call.parameters.choices, total = call.requests.count
            var offsets = Array(repeating: 0, count: n * total)
            var usage = EngineUsage(), open = total, isFirst = true
            func piece(_ choices: [JSONValue], usage: EngineUsage?, timings: Bool = false) -> JSONValue {
                defer { isFirst = false }
                return completion.json(
                    choices, usage: usage, hasUsage: call.parameters.includesUsage, warns: isFirst, timings: timings)
            }
            if let echo = call.echo {
                for (index, text) in echo.flatMap({ Array(repeating: $0, count: n) }).enumerated() {
                    try await out.send(piece([Self.choice(index, text, .null, nil)], usage: nil))
                    offsets[index] += text.count
                }
            }
            reading: for try await item in Pinged.stream(events(of: call.requests, by: engine), every: ping) {
                guard case .event(let (prompt, event)) = item else {
                    try await out.ping()
                    continue
                }
                switch event {
                case .token(let choice, let step, let found):
                    let index = prompt * n + choice
                    let probabilities = found.map { call.probabilities.legacy([($0, offsets[index])]) } ?? .null
                    offsets[index] += step.text.count
                    // What a stop string may still take back, or half a character, comes later.
                    if step.text.isEmpty, step.finishReason == nil, found == nil { continue }
                    try await out.send(
                        piece([Self.choice(index, step.text, probabilities, step.finishReason)], usage: nil))
                case .completed(let taken):
                    usage = usage + taken
                    client?.count(taken)
                    open -= 1
                    if open == 0 { break reading }
                case .began, .slid: break
                }
            }
            if call.parameters.includesUsage {
                try await out.send(piece([], usage: usage, timings: true))
            }
            try await out.sendDone()
        }
    }
}
