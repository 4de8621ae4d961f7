import Hummingbird
import OrreryFiles
import OrreryGeneration

/// POST /v1/rerank: texts in the order in which they answer a question, in the form of Jina's and Cohere's APIs.
struct Rerank {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        guard case .ranker(let ranker) = served.kind else {
            throw APIError.invalid(
                "model",
                "\(served.name) has no ranking head; expected a cross-encoder: BertForSequenceClassification with one label"
            )
        }
        guard let query = try fields.string("query"), !query.isEmpty else {
            throw fields.missing("query", "a question")
        }
        let texts = try documents(fields)
        let count = try fields.int("top_n", in: 1 ... .max) ?? texts.count
        let returnsTexts = try fields.bool("return_documents") ?? false
        let scores = try await ranker.score(texts, for: query)
        let tokens = scores.reduce(0) { $0 + $1.tokens }
        context.client?.count(tokens: tokens)
        let ranked = scores.enumerated().sorted {
            ($1.element.relevance, $0.offset) < ($0.element.relevance, $1.offset)
        }
        var json: JSONObject = [
            "object": "list", "model": JSONValue(served.name),
            "results": .array(
                ranked.prefix(count).map { index, score in
                    var result: JSONObject = [
                        "index": JSONValue(index), "relevance_score": JSONValue(score.relevance),
                    ]
                    if returnsTexts { result["document"] = ["text": JSONValue(texts[index])] }
                    return .object(result)
                }),
            "usage": ["prompt_tokens": JSONValue(tokens), "total_tokens": JSONValue(tokens)],
        ]
        let unknown = warnings + SamplingParameters.warnings(fields)
        if !unknown.isEmpty { json["warnings"] = JSONValue(unknown) }
        return Response(json: .object(json))
    }

    /// Texts, or objects with a text.
    private func documents(_ fields: RequestFields) throws -> [String] {
        guard let values = try fields.array("documents") else { throw fields.missing("documents", "an array of texts") }
        guard (1 ... 2048).contains(values.count) else {
            throw APIError.invalid("documents", "documents has \(values.count) texts; expected 1 to 2048")
        }
        return try values.enumerated().map { index, value in
            if case .string(let text) = value { return text }
            let document = try RequestFields(value, path: "documents[\(index)]")
            guard let text = try document.string("text") else { throw document.missing("text", "a string") }
            return text
        }
    }
}
