import Hummingbird
import OrreryFiles

/// POST /api/embed, and /api/embeddings as it was before: texts to vectors of length one.
struct OllamaEmbed {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        let began = ContinuousClock.now
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let loading = ContinuousClock.now - began
        let encoder = try served.sentenceEncoder()
        guard let texts = try fields.strings("input") else {
            throw fields.missing("input", "a string or an array of strings")
        }
        let cuts = try fields.bool("truncate") ?? true
        let width = try fields.int("dimensions", in: 1 ... encoder.width) ?? encoder.width
        try finish(fields, context)
        let made = try await encoder.embed(texts)
        if !cuts, let index = made.firstIndex(where: \.isCut) {
            throw APIError.invalid(
                "input", "input[\(index)] is longer than \(encoder.encoder.maximalTokens) tokens, and truncate is false"
            )
        }
        let tokens = made.reduce(0) { $0 + $1.tokens }
        context.client?.count(tokens: tokens)
        var json: JSONObject = [
            "model": JSONValue(try fields.string("model") ?? served.name),
            "embeddings": .array(made.map { JSONValue(Self.unit($0.vector.prefix(width))) }),
            "total_duration": OllamaAnswer.nanoseconds(.now - began),
            "load_duration": OllamaAnswer.nanoseconds(loading), "prompt_eval_count": JSONValue(tokens),
        ]
        let unknown = warnings + SamplingParameters.warnings(fields)
        if !unknown.isEmpty { json["warnings"] = JSONValue(unknown) }
        return Response(json: .object(json))
    }

    /// One text, in the form of before.
    func respondToOne(_ request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        let encoder = try served.sentenceEncoder()
        guard let text = try fields.string("prompt") else { throw fields.missing("prompt", "a string") }
        try finish(fields, context)
        let made = try await encoder.embed([text])
        context.client?.count(tokens: made.reduce(0) { $0 + $1.tokens })
        return Response(json: ["embedding": .array(made.flatMap { Self.unit($0.vector[...]) }.map { JSONValue($0) })])
    }

    private func finish(_ fields: RequestFields, _ context: ServerContext) throws {
        fields.accept("options")
        if try OllamaKeepAlive.isZero(fields) { context.models.letGoAfterwards() }
    }

    private static func unit(_ vector: ArraySlice<Float>) -> [Float] {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return length > 0 ? vector.map { Float(Double($0) / length) } : Array(vector)
    }
}
