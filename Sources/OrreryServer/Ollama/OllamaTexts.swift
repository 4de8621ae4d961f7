import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// POST /api/generate and /api/chat: texts that answer prompts and conversations.
struct OllamaTexts {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext, _ form: OllamaCall.Form) async throws -> Response {
        let began = ContinuousClock.now
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let loading = ContinuousClock.now - began
        let (model, chat, engine) = try served.engine()
        let call = try OllamaCall(fields, form, model, chat, context.client)
        let answer = OllamaAnswer(
            form: form, model: try fields.string("model") ?? served.name, began: began, loading: loading,
            warnings: warnings + call.warnings)
        if call.letsGo { context.models.letGoAfterwards() }
        guard let text = call.request else {
            return try Self.stateOnly(answer, call)
        }
        let making = Making(
            answer: answer, request: text, engine: engine,
            probabilities: call.includesProbabilities ? TokenLogProbabilities(tokenizer: model.tokenizer) : nil,
            own: OwnAnswer(call.own, [text], served, engine, version: requests.configuration.version))
        if call.streams { return .lines(to: request) { try await making.stream(to: &$0) } }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in try await making.whole() }
    }

    /// The answer to a request without a prompt.
    private static func stateOnly(_ answer: OllamaAnswer, _ call: OllamaCall) throws -> Response {
        let json = answer.last("", call.letsGo ? "unload" : "load", nil)
        return call.streams ? .line(json) : Response(json: json)
    }

    /// An answer that is being made.
    struct Making: Sendable {
        let answer: OllamaAnswer
        let request: EngineRequest
        let engine: Engine
        /// nil where nobody asks for them.
        let probabilities: TokenLogProbabilities?
        let own: OwnAnswer

        /// What has come of an answer so far.
        private struct Progress {
            var tokens: [TokenID]
            var reason: FinishReason?
            var usage = EngineUsage()
        }

        func whole() async throws -> Response {
            var progress = Progress(tokens: request.options.prompt), text = "", found: [JSONValue] = [], own = own
            for try await event in engine.generate(request) {
                own.take(event)
                if let piece = take(event, &progress) {
                    text += piece.text
                    found += piece.probabilities ?? []
                }
            }
            try Task.checkCancellation()
            return Response(
                json: last(text, progress, probabilities == nil ? nil : found, own: try await own.json()))
        }

        func stream(to out: inout LineWriter) async throws {
            var progress = Progress(tokens: request.options.prompt), own = own
            for try await event in engine.generate(request) {
                own.take(event)
                guard let piece = take(event, &progress) else { continue }
                if piece.text.isEmpty, piece.probabilities == nil { continue }
                try await out.send(.object(answer.piece(piece.text, probabilities: piece.probabilities)))
            }
            try Task.checkCancellation()
            try await out.send(last("", progress, nil, own: try await own.json()))
        }

        /// - Returns: the text that an event adds, with the log-probability of its token.
        private func take(
            _ event: EngineEvent, _ progress: inout Progress
        ) -> (text: String, probabilities: [JSONValue]?)? {
            switch event {
            case .token(_, let step, let found):
                progress.tokens.append(step.token)
                progress.reason = step.finishReason
                return (step.text, probabilities.flatMap { form in found.map { [form.chat($0)] } })
            case .completed(let usage):
                progress.usage = usage
                return nil
            case .began, .prompt, .slid, .traced: return nil
            }
        }

        private func last(
            _ text: String, _ progress: Progress, _ probabilities: [JSONValue]?, own: JSONValue?
        ) -> JSONValue {
            answer.last(
                text, OllamaAnswer.reason(progress.reason), progress.usage, context: progress.tokens,
                probabilities: probabilities, own: own)
        }
    }
}
