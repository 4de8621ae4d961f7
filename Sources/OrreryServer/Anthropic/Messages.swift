import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration

/// POST /v1/messages: answers in a conversation, in the form of Anthropic's API.
struct Messages {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        let (model, chat, engine) = try served.conversation()
        let call = try MessagesCall(fields, model, chat, context.client)
        let answer = Answer(
            id: "msg_" + Completion.identifier(), model: served.name, prices: requests.configuration.prices)
        let own = OwnAnswer(call.own, [call.request], served, engine, version: requests.configuration.version)
        if call.streams { return stream(call, answer, own, engine, to: request) }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await whole(call, answer, own, engine)
        }
    }

    /// POST /v1/messages/count_tokens: how many tokens a conversation has.
    func count(_ request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        let chat = try served.conversation().chat
        return Response(json: ["input_tokens": JSONValue(try MessagesCall.prompt(fields, chat).count)])
    }

    /// The parts of an answer that stay the same.
    struct Answer: Sendable {
        let id: String
        let model: String
        let prices: Prices?

        func json(content: [JSONValue], stop: JSONObject, usage: JSONValue, own: JSONValue? = nil) -> JSONValue {
            var json: JSONObject = [
                "id": JSONValue(id), "type": "message", "role": "assistant", "model": JSONValue(model),
                "content": .array(content),
            ]
            for member in stop.members { json[member.key] = member.value }
            json["usage"] = usage
            if let own { json["orrery"] = own }
            return .object(json)
        }

        static func stop(_ step: Generation.Step?, _ asked: [String]) -> JSONObject {
            let string = step?.stopString.flatMap { asked.contains($0) ? $0 : nil }
            let reason: JSONValue =
                switch step?.finishReason {
                case nil: .null
                case .stop?: string == nil ? "end_turn" : "stop_sequence"
                case .length?, .cancelled?: "max_tokens"
                }
            return ["stop_reason": reason, "stop_sequence": JSONValue(string)]
        }

        /// Input tokens are those that were not in the cache.
        func usage(_ usage: EngineUsage) -> JSONValue {
            var json: JSONObject = [
                "input_tokens": JSONValue(usage.promptTokens - usage.cachedTokens),
                "cache_creation_input_tokens": 0, "cache_read_input_tokens": JSONValue(usage.cachedTokens),
                "output_tokens": JSONValue(usage.completionTokens),
            ]
            if let prices { json["cost"] = JSONValue(prices.cost(usage)) }
            return .object(json)
        }
    }

    private func whole(
        _ call: MessagesCall, _ answer: Answer, _ own: OwnAnswer, _ engine: Engine
    ) async throws -> Response {
        var own = own, text = "", last: Generation.Step?, usage = EngineUsage()
        for try await event in engine.generate(call.request) {
            own.take(event)
            switch event {
            case .token(_, let step, _):
                text += step.text
                last = step
            case .completed(let taken): usage = taken
            case .began, .prompt, .slid, .traced: break
            }
        }
        try Task.checkCancellation()
        return Response(
            json: answer.json(
                content: text.isEmpty ? [] : [["type": "text", "text": JSONValue(text)]],
                stop: Answer.stop(last, call.stopSequences), usage: answer.usage(usage), own: try await own.json()))
    }

    private func stream(
        _ call: MessagesCall, _ answer: Answer, _ own: OwnAnswer, _ engine: Engine, to request: Request
    ) -> Response {
        let ping = requests.ping
        return .events(to: request, errors: { ("error", $0.anthropicJSON) }) { out in
            func send(_ type: String, _ fields: JSONObject = [:]) async throws {
                var json: JSONObject = ["type": JSONValue(type)]
                for member in fields.members { json[member.key] = member.value }
                try await out.send(.object(json), event: type)
            }
            var own = own, last: Generation.Step?
            reading: for try await item in Pinged.stream(engine.generate(call.request), every: ping) {
                guard case .event(let event) = item else {
                    try await send("ping")
                    continue
                }
                own.take(event)
                switch event {
                case .began(let cached):
                    var usage = EngineUsage()
                    usage.promptTokens = call.request.options.prompt.count
                    usage.cachedTokens = cached
                    try await send(
                        "message_start",
                        [
                            "message": answer.json(
                                content: [], stop: Answer.stop(nil, []), usage: answer.usage(usage))
                        ])
                    try await send(
                        "content_block_start", ["index": 0, "content_block": ["type": "text", "text": ""]])
                case .token(_, let step, _):
                    last = step
                    if !step.text.isEmpty {
                        try await send(
                            "content_block_delta",
                            ["index": 0, "delta": ["type": "text_delta", "text": JSONValue(step.text)]])
                    }
                case .completed(let taken):
                    try await send("content_block_stop", ["index": 0])
                    var end: JSONObject = [
                        "delta": .object(Answer.stop(last, call.stopSequences)), "usage": answer.usage(taken),
                    ]
                    if let found = try await own.json() { end["orrery"] = found }
                    try await send("message_delta", end)
                    break reading
                case .prompt, .slid, .traced: break
                }
            }
            try await send("message_stop")
        }
    }
}
