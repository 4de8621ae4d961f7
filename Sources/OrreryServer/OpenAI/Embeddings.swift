import Hummingbird
import OrreryFiles
import OrreryGeneration

/// POST /v1/embeddings: texts to vectors.
struct Embeddings {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        var (fields, served, warnings) = try await requests.read(&request, context)
        let encoder = try served.sentenceEncoder()
        let texts = try inputs(fields, encoder)
        let isBase64 = try OwnParameters.isBase64(fields)
        let width = try fields.int("dimensions", in: 1 ... encoder.width) ?? encoder.width
        fields.accept("user")
        warnings += SamplingParameters.warnings(fields)
        let made = try await encoder.embed(texts)
        for (index, embedding) in made.enumerated() where embedding.isCut {
            warnings.append("input[\(index)] was cut to \(encoder.encoder.maximalTokens) tokens")
        }
        let tokens = made.reduce(0) { $0 + $1.tokens }
        context.client?.count(tokens: tokens)
        var json: JSONObject = [
            "object": "list",
            "data": .array(
                made.enumerated().map { index, embedding in
                    [
                        "object": "embedding", "index": JSONValue(index),
                        "embedding": Self.json(Self.cut(embedding.vector, to: width), isBase64),
                    ]
                }),
            "model": JSONValue(served.name),
            "usage": ["prompt_tokens": JSONValue(tokens), "total_tokens": JSONValue(tokens)],
        ]
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        return Response(json: .object(json))
    }

    private func inputs(_ fields: RequestFields, _ encoder: ServedEncoder) throws -> [String] {
        let texts: [String]
        if case .array(let values)? = fields.object["input"], let first = values.first {
            switch first {
            case .int, .array:
                throw APIError.invalid(
                    "input",
                    "input has token ids; expected text, since ids belong to the tokenizer that made them, and clients such as LangChain use another model's (check_embedding_ctx_length=False makes it send text)"
                )
            default: break
            }
        }
        texts = try fields.strings("input") ?? []
        if texts.isEmpty { throw fields.missing("input", "a string or an array of strings") }
        if texts.count > 2048 {
            throw APIError.invalid("input", "input has \(texts.count) texts; expected at most 2048")
        }
        if let index = texts.firstIndex(of: "") {
            throw APIError.invalid("input", "input[\(index)] is empty; expected at least one character")
        }
        return texts
    }

    /// The first elements, of length one again where the whole had it.
    private static func cut(_ vector: [Float], to width: Int) -> [Float] {
        guard width < vector.count else { return vector }
        func length(_ v: some Sequence<Float>) -> Double { v.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
        let kept = Array(vector.prefix(width)), whole = length(vector), left = length(kept)
        guard left > 0 else { return kept }
        return kept.map { Float(Double($0) * whole / left) }
    }

    private static func json(_ vector: [Float], _ isBase64: Bool) -> JSONValue {
        guard isBase64 else { return JSONValue(vector) }
        return .base64(vector)
    }
}
