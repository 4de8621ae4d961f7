import Hummingbird
import OrreryFiles
import OrreryStore

/// GET and DELETE /v1/responses/{id}, with what was read and the refusal to cancel.
struct StoredResponses {
    let store: any ResponseStore

    func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = request.uri.queryParameters
        if query["stream"] == "true" || query["starting_after"] != nil {
            throw APIError.unsupported("stream", "a response is streamed while it is made, and is whole afterwards")
        }
        let stored = try await response(context)
        guard case .object(var json) = stored.json else { return Response(json: stored.json) }
        json["output"] = .array(stored.output.map(\.json))
        return Response(json: .object(json))
    }

    func delete(_ context: ServerContext) async throws -> Response {
        let id = try Self.id(context)
        let history = ResponseHistory(store, context.client)
        guard try await store.deleteResponse(id, of: history.owner) else { throw ResponseHistory.noResponse(id) }
        return Response(json: ["id": JSONValue(id), "object": "response", "deleted": true])
    }

    func cancel(_ context: ServerContext) async throws -> Response {
        let stored = try await response(context)
        throw APIError.invalid(
            "response_id",
            "\(stored.id) has ended; a response is cancelled by leaving its stream, for none is made in the background")
    }

    func inputItems(_ request: Request, _ context: ServerContext) async throws -> Response {
        let page = try ListPage(request)
        let stored = try await response(context)
        let items = try await ResponseHistory(store, context.client).input(of: stored)
        return Response(json: try page.json(items))
    }

    private func response(_ context: ServerContext) async throws -> StoredResponse {
        try await ResponseHistory(store, context.client).response(Self.id(context))
    }

    private static func id(_ context: ServerContext) throws -> String {
        try context.parameters.require("response")
    }
}
