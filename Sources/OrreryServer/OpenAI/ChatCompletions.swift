import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// POST /v1/chat/completions: answers in a conversation.
struct ChatCompletions {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let (model, chat, engine) = try served.conversation(or: ServedModel.completionsInstead)
        let call = try Call(fields, model, chat, context.client)
        let completion = Completion(
            prefix: "chatcmpl-", object: "chat.completion", model: served.name,
            warnings: warnings + SamplingParameters.warnings(fields) + [call.warning].compactMap { $0 },
            prices: requests.configuration.prices)
        let own = OwnAnswer(call.own, [call.request], served, engine, version: requests.configuration.version)
        if call.parameters.streams {
            return stream(call, completion, own, engine, to: request)
        }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await whole(call, completion, own, engine)
        }
    }

    /// What a request asks for.
    struct Call: Sendable {
        let parameters: SamplingParameters
        let request: EngineRequest
        let probabilities: TokenLogProbabilities
        let includesProbabilities: Bool
        /// Says what was dropped of the conversation.
        let warning: String?
        let own: OwnParameters

        init(_ fields: RequestFields, _ model: TextModel, _ chat: ChatModel, _ client: ClientRequest?) throws {
            let messages = try ChatMessages.read(fields, for: chat)
            let options = try Self.templateOptions(fields)
            parameters = try SamplingParameters(
                fields, model, chat, maxTokens: ["max_completion_tokens", "max_tokens", "n_predict"],
                defaultMaxTokens: nil)
            let wanted = try fields.bool("logprobs") ?? false, top = try fields.int("top_logprobs", in: 0 ... 20)
            if top != nil, !wanted {
                throw APIError.invalid(
                    "top_logprobs", "top_logprobs is given without logprobs; expected logprobs: true with it")
            }
            try Self.refuse(fields)
            includesProbabilities = wanted
            probabilities = TokenLogProbabilities(tokenizer: model.tokenizer)
            let overflow = try ContextOverflow(fields, isConversation: true, maxTokens: parameters.stop.maxTokens)
            let prompt = try overflow.prompt(messages, chat, options: options, answer: parameters.stop.maxTokens)
            warning = prompt.warning
            own = try OwnParameters(fields, model)
            request = EngineRequest(
                GenerationOptions(prompt: prompt.tokens, sampling: parameters.sampling, stop: parameters.stop),
                of: client, choices: parameters.choices, overflow: overflow.engine, usesCache: parameters.usesCache,
                logProbabilities: wanted ? top ?? 0 : nil, trace: own.trace, by: model)
        }

        static func templateOptions(_ fields: RequestFields) throws -> ChatTemplate.Options {
            var options = ChatTemplate.Options()
            options.continueFinalMessage = try fields.bool("continue_final_message") ?? false
            options.addGenerationPrompt =
                try fields.bool("add_generation_prompt") ?? !options.continueFinalMessage
            if let variables = try fields.object("chat_template_kwargs") {
                for (key, value) in variables.object.members { options.variables[key] = TemplateValue(value) }
            }
            return options
        }

        /// What is known and cannot be done.
        private static func refuse(_ fields: RequestFields) throws {
            for name in ["tools", "functions"] where try fields.array(name)?.isEmpty == false {
                throw APIError.unsupported(name, "models here are not given tools")
            }
            fields.accept(
                "tool_choice", "function_call", "parallel_tool_calls", "store", "verbosity", "reasoning_effort")
            if let format = try fields.object("response_format"), let type = try format.string("type"), type != "text" {
                throw APIError.unsupported("response_format", "found the type \(type); expected text")
            }
            if let modalities = try fields.strings("modalities"), modalities != ["text"] {
                throw APIError.unsupported("modalities", "expected [\"text\"]")
            }
            for name in ["audio", "web_search_options", "prediction"] where fields.value(name) != nil {
                throw APIError.unsupported(name, "the models here read and write text")
            }
        }
    }

    // MARK: At once

    private func whole(
        _ call: Call, _ completion: Completion, _ own: OwnAnswer, _ engine: Engine
    ) async throws -> Response {
        var own = own
        var texts = Array(repeating: "", count: call.parameters.choices)
        var probabilities = Array(repeating: [JSONValue](), count: texts.count)
        var reasons = [FinishReason?](repeating: nil, count: texts.count), usage = EngineUsage()
        for try await event in engine.generate(call.request) {
            own.take(event)
            switch event {
            case .token(let choice, let step, let found):
                texts[choice] += step.text
                reasons[choice] = step.finishReason
                if let found { probabilities[choice].append(call.probabilities.chat(found)) }
            case .completed(let taken): usage = taken
            case .began, .prompt, .slid, .traced: break
            }
        }
        try Task.checkCancellation()
        let choices = texts.indices.map { index -> JSONValue in
            [
                "index": JSONValue(index),
                "message": ["role": "assistant", "content": JSONValue(texts[index]), "refusal": .null],
                "logprobs": call.includesProbabilities
                    ? ["content": .array(probabilities[index]), "refusal": .null] : .null,
                "finish_reason": Completion.finishReason(reasons[index]),
            ]
        }
        return Response(
            json: completion.json(
                choices, usage: usage, timings: true, dropped: usage.droppedTokens, own: try await own.json()))
    }

    // MARK: As a stream

    private func stream(
        _ call: Call, _ completion: Completion, _ own: OwnAnswer, _ engine: Engine, to request: Request
    ) -> Response {
        let ping = requests.ping
        return .events(to: request) { out in
            var own = own, begun = Set<Int>(), usage: EngineUsage?, isFirst = true, dropped = 0
            func piece(_ choices: [JSONValue], usage: EngineUsage? = nil, own: JSONValue? = nil) -> JSONValue {
                defer { (isFirst, dropped) = (false, 0) }
                return completion.json(
                    choices, usage: usage, hasUsage: call.parameters.includesUsage, object: "chat.completion.chunk",
                    warns: isFirst, timings: usage != nil, dropped: dropped, own: own)
            }
            reading: for try await item in Pinged.stream(engine.generate(call.request), every: ping) {
                guard case .event(let event) = item else {
                    try await out.ping()
                    continue
                }
                own.take(event)
                switch event {
                case .token(let choice, let step, let found):
                    if begun.insert(choice).inserted {
                        try await out.send(
                            piece([Self.choice(choice, ["role": "assistant", "content": ""], nil, nil)]))
                    }
                    let probabilities = found.map(call.probabilities.chat)
                    if !step.text.isEmpty || probabilities != nil {
                        try await out.send(
                            piece([Self.choice(choice, ["content": JSONValue(step.text)], probabilities, nil)]))
                    }
                    if let reason = step.finishReason {
                        try await out.send(piece([Self.choice(choice, [:], nil, reason)]))
                    }
                case .completed(let taken):
                    usage = taken
                    break reading
                case .slid(_, let count): dropped += count
                case .began, .prompt, .traced: break
                }
            }
            let last = try await own.json()
            if call.parameters.includesUsage, let usage {
                try await out.send(piece([], usage: usage, own: last))
            } else if let last {
                try await out.send(piece([], own: last))
            }
            try await out.sendDone()
        }
    }

    private static func choice(
        _ index: Int, _ delta: JSONObject, _ probabilities: JSONValue?, _ reason: FinishReason?
    ) -> JSONValue {
        [
            "index": JSONValue(index), "delta": .object(delta),
            "logprobs": probabilities.map { ["content": .array([$0]), "refusal": .null] } ?? .null,
            "finish_reason": Completion.finishReason(reason),
        ]
    }
}
