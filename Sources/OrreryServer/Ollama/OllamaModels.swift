import Foundation
import Hummingbird
import OrreryFiles
import OrreryGeneration

/// GET /api/tags and /api/ps, POST /api/show: what is served, what of it is in memory, and what its files say.
struct OllamaModels {
    let requests: ModelRequests

    /// Every model.
    func tags() async -> Response {
        let models = await requests.registry.listings.map { listing -> JSONValue in .object(Self.entry(listing)) }
        return Response(json: ["models": .array(models)])
    }

    /// The models in memory. They stay until others need the room, which has no date.
    func running() async -> Response {
        let models = await requests.registry.listings.compactMap { listing -> JSONValue? in
            guard let model = listing.model else { return nil }
            var json = Self.entry(listing)
            json["modified_at"] = nil
            json["expires_at"] = "9999-12-31T23:59:59Z"
            json["size_vram"] = 0
            json["context_length"] = JSONValue(model.contextLength)
            return .object(json)
        }
        return Response(json: ["models": .array(models)])
    }

    private static func entry(_ listing: ModelRegistry.Listing) -> JSONObject {
        [
            "name": JSONValue(listing.name), "model": JSONValue(listing.name),
            "modified_at": OllamaDetails.time(Date(timeIntervalSince1970: listing.header.modified)),
            "size": JSONValue(listing.bytes), "digest": "", "details": OllamaDetails.json(listing.header),
        ]
    }

    /// What the files of a model say.
    func show(_ request: Request) async throws -> Response {
        var request = request
        let fields = try await request.json(limit: requests.configuration.maxBody)
        guard let name = try fields.string("model") ?? fields.string("name") else {
            throw fields.missing("model", "the name of a model")
        }
        guard let listing = await requests.registry.listing(of: name) else {
            throw APIError.notFound("model '\(name)' not found", code: "model_not_found", param: "model")
        }
        let header = listing.header
        var info: JSONObject = [
            "general.architecture": JSONValue(header.architecture),
            "general.parameter_count": JSONValue(header.parameters),
        ]
        for (key, value) in header.hyperparameters.members where info[key] == nil { info[key] = value }
        return Response(
            json: [
                "modelfile": JSONValue("FROM \(listing.name)\n"), "parameters": "",
                "template": JSONValue(header.chatTemplate ?? ""), "details": OllamaDetails.json(header),
                "model_info": .object(info), "capabilities": OllamaDetails.capabilities(header),
                "modified_at": OllamaDetails.time(Date(timeIntervalSince1970: header.modified)),
            ])
    }
}

extension ServedModel {
    /// The tokens that it reads at most.
    var contextLength: Int {
        switch kind {
        case .language(let model, _, _): model.contextLength
        case .encoder(let encoder): encoder.encoder.maximalTokens
        case .ranker(let ranker): ranker.encoder.maximalTokens
        }
    }
}
