import Foundation
import Hummingbird
import OrreryFiles

/// GET /v1/models: what is served.
struct ModelRoutes {
    let registry: ModelRegistry
    private let created = Int(Date().timeIntervalSince1970)

    init(registry: ModelRegistry) { self.registry = registry }

    func list() async -> Response {
        let models = await registry.listings.map(json)
        return Response(json: ["object": "list", "data": .array(models)])
    }

    func get(_ context: some RequestContext) async throws -> Response {
        let name = try context.parameters.require("model")
        guard let listing = await registry.listing(of: name) else {
            throw APIError.notFound("the model \(name) is not served here", code: "model_not_found", param: "model")
        }
        return Response(json: json(listing))
    }

    private func json(_ listing: ModelRegistry.Listing) -> JSONValue {
        var json: JSONObject = [
            "id": JSONValue(listing.name), "object": "model", "created": JSONValue(created),
            "owned_by": "orrery", "state": JSONValue(listing.state.rawValue), "bytes": JSONValue(listing.bytes),
        ]
        if let parent = listing.parent { json["parent"] = JSONValue(parent) }
        switch listing.model?.kind {
        case .language(let model, let chat, let engine)?:
            json["meta"] = [
                "n_ctx": JSONValue(model.contextLength), "n_vocab": JSONValue(model.tokenizer.vocabularySize),
                "n_params": JSONValue(model.model.parameters.reduce(0) { $0 + $1.count }),
                "chat": JSONValue(chat != nil), "running": JSONValue(engine.statistics.running),
                "waiting": JSONValue(engine.statistics.waiting),
            ]
        case .encoder(let encoder)?:
            json["meta"] = ["n_embd": JSONValue(encoder.width), "n_ctx": JSONValue(encoder.encoder.maximalTokens)]
        case .ranker(let ranker)?:
            json["meta"] = ["n_ctx": JSONValue(ranker.encoder.maximalTokens), "rerank": true]
        case nil: break
        }
        return .object(json)
    }
}
