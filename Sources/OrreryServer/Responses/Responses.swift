import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryStore

/// POST /v1/responses and /v1/responses/input_tokens: answers in conversations that the server remembers.
struct Responses {
    let requests: ModelRequests
    let store: any ResponseStore

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let (model, chat, engine) = try served.conversation(or: ServedModel.completionsInstead)
        let history = ResponseHistory(store, context.client)
        let call = try await ResponseCall(fields, model, chat, history, context.client)
        let making = Making(
            call: call, engine: engine, probabilities: TokenLogProbabilities(tokenizer: model.tokenizer),
            history: history,
            object: ResponseObject(
                call, model: served.name, warnings: warnings + call.warnings, prices: requests.configuration.prices),
            own: OwnAnswer(call.own, [call.request], served, engine, version: requests.configuration.version))
        if call.streams { return making.stream(to: request, pingEvery: requests.ping) }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in try await making.whole() }
    }

    /// How many tokens a request's input has, with what it continues.
    func count(_ request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        let chat = try served.conversation(or: ServedModel.completionsInstead).chat
        let history = ResponseHistory(store, context.client)
        let parameters = try ResponseParameters(fields)
        let before = try await history.context(fields)
        let input = try await history.resolve(InputItem.read(fields, "input"), in: before)
        let prompt = try ResponseCall.prompt(
            before.items + input, instructions: fields.string("instructions"), chat, truncates: parameters.truncates,
            answer: nil)
        var json: JSONObject = [
            "object": "response.input_tokens", "input_tokens": JSONValue(prompt.tokens.count),
        ]
        let warnings = parameters.warnings + SamplingParameters.warnings(fields)
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        return Response(json: .object(json))
    }

    /// A response that is being made.
    struct Making: Sendable {
        let call: ResponseCall
        let engine: Engine
        let probabilities: TokenLogProbabilities
        let history: ResponseHistory
        let object: ResponseObject
        let own: OwnAnswer

        /// At once.
        func whole() async throws -> Response {
            var progress = ResponseProgress(object), own = own
            for try await event in engine.generate(call.request) {
                own.take(event)
                _ = take(event, &progress)
            }
            try Task.checkCancellation()
            try await keep(progress)
            progress.add(own: try await own.json())
            return Response(json: .object(progress.json))
        }

        /// As a stream of events.
        func stream(to request: Request, pingEvery ping: Duration) -> Response {
            .events(to: request, errors: { ("error", Self.errorEvent($0)) }) { out in
                var progress = ResponseProgress(object), own = own
                func send(_ events: [ResponseProgress.Event]) async throws {
                    for event in events { try await out.send(event.data, event: event.name) }
                }
                try await send(progress.begin())
                do {
                    reading: for try await item in Pinged.stream(engine.generate(call.request), every: ping) {
                        guard case .event(let event) = item else {
                            try await out.ping()
                            continue
                        }
                        own.take(event)
                        try await send(take(event, &progress))
                        if case .completed = event { break reading }
                    }
                    try Task.checkCancellation()
                } catch let error where !(error is CancellationError) {
                    progress.fail(APIError(error))
                }
                try await keep(progress)
                progress.add(own: try await own.json())
                try await send([progress.last()])
            }
        }

        private func take(_ event: EngineEvent, _ progress: inout ResponseProgress) -> [ResponseProgress.Event] {
            switch event {
            case .token(_, let step, let found):
                // The token that ends a text is no part of it.
                let isEnd = step.finishReason == .stop && step.stopString == nil
                return progress.add(step, isEnd ? nil : found.map(probabilities.chat))
            case .completed(let usage):
                return progress.end(usage)
            case .began, .prompt, .slid, .traced: return []
            }
        }

        private func keep(_ progress: ResponseProgress) async throws {
            guard call.parameters.stores else { return }
            try await history.store.save(progress.stored(call), of: history.owner)
        }

        private static func errorEvent(_ error: APIError) -> JSONValue {
            [
                "type": "error", "code": JSONValue(error.code), "message": JSONValue(error.message),
                "param": JSONValue(error.param), "sequence_number": 0,
            ]
        }
    }
}
