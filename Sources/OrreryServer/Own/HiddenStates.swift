import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// POST /v1/hidden_states: what a model makes of a text in its layers, and how its heads attend.
struct HiddenStates {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let (model, _, engine) = try served.engine()
        let call = try HiddenStatesCall(fields, model)
        let unknown = warnings + SamplingParameters.warnings(fields)
        let client = context.client
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            var trace = EngineTrace(), usage = EngineUsage()
            for try await event in engine.generate(call.request(of: client, by: model)) {
                switch event {
                case .traced(let found): trace = found
                case .completed(let taken): usage = taken
                case .began, .prompt, .token, .slid: break
                }
            }
            try Task.checkCancellation()
            var json = call.json(trace, model, served.name)
            json["usage"] = [
                "prompt_tokens": JSONValue(usage.promptTokens), "total_tokens": JSONValue(usage.promptTokens),
            ]
            if !unknown.isEmpty { json["warnings"] = JSONValue(unknown) }
            return Response(json: .object(json))
        }
    }
}
