import Foundation
import Hummingbird
import OrreryFiles
import OrreryStore

/// /v1/conversations: conversations that responses join, and their items.
struct Conversations {
    let store: any ResponseStore
    let configuration: ServerConfiguration
    private static let mostItems = 20

    // MARK: Conversations

    func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let fields = try await body(request, mayBeEmpty: true)
        let metadata = try Metadata.read(fields) ?? [:]
        let history = ResponseHistory(store, context.client)
        let items = try await items(fields, history)
        let conversation = StoredConversation(
            id: "conv_" + Completion.identifier(), created: Int(Date().timeIntervalSince1970), metadata: metadata)
        try await store.save(conversation, items, of: history.owner)
        return Response(json: Self.json(conversation, fields))
    }

    func get(_ context: ServerContext) async throws -> Response {
        Response(json: Self.json(try await conversation(context)))
    }

    func update(_ request: Request, _ context: ServerContext) async throws -> Response {
        let fields = try await body(request)
        guard let metadata = try Metadata.read(fields) else {
            throw fields.missing("metadata", "an object of strings")
        }
        var conversation = try await conversation(context)
        let owner = ResponseHistory(store, context.client).owner
        guard try await store.setMetadata(metadata, ofConversation: conversation.id, of: owner) else {
            throw ResponseHistory.noConversation(conversation.id)
        }
        conversation.metadata = metadata
        return Response(json: Self.json(conversation, fields))
    }

    func delete(_ context: ServerContext) async throws -> Response {
        let id = try Self.id(context)
        let owner = ResponseHistory(store, context.client).owner
        guard try await store.deleteConversation(id, of: owner) else { throw ResponseHistory.noConversation(id) }
        return Response(json: ["id": JSONValue(id), "object": "conversation.deleted", "deleted": true])
    }

    // MARK: Items

    func addItems(_ request: Request, _ context: ServerContext) async throws -> Response {
        let fields = try await body(request)
        guard fields.value("items") != nil else { throw fields.missing("items", "an array of items") }
        let conversation = try await conversation(context)
        let history = ResponseHistory(store, context.client)
        let items = try await items(fields, history)
        guard try await store.append(items, toConversation: conversation.id, of: history.owner) else {
            throw ResponseHistory.noConversation(conversation.id)
        }
        return Response(json: ListPage.json(items))
    }

    func listItems(_ request: Request, _ context: ServerContext) async throws -> Response {
        let page = try ListPage(request)
        return Response(json: try page.json(try await storedItems(context).items))
    }

    func getItem(_ context: ServerContext) async throws -> Response {
        let (_, items) = try await storedItems(context)
        let id = try context.parameters.require("item")
        guard let item = items.last(where: { $0.id == id }) else { throw Self.noItem(id) }
        return Response(json: item.json)
    }

    func deleteItem(_ context: ServerContext) async throws -> Response {
        let conversation = try await conversation(context)
        let id = try context.parameters.require("item")
        let owner = ResponseHistory(store, context.client).owner
        guard try await store.deleteItem(id, fromConversation: conversation.id, of: owner) else {
            throw Self.noItem(id)
        }
        return Response(json: Self.json(conversation))
    }

    // MARK: Parts

    /// The body's fields; of a request that may have none, an empty object stands for it.
    private func body(_ request: Request, mayBeEmpty: Bool = false) async throws -> RequestFields {
        var request = request
        if mayBeEmpty, request.headers[.contentLength] ?? "0" == "0", request.headers[.transferEncoding] == nil {
            return RequestFields(JSONObject())
        }
        return try await request.json(limit: configuration.maxBody)
    }

    private func items(_ fields: RequestFields, _ history: ResponseHistory) async throws -> [StoredItem] {
        guard let values = try fields.array("items") else { return [] }
        if values.count > Self.mostItems {
            throw APIError.invalid("items", "items has \(values.count) items; expected at most \(Self.mostItems)")
        }
        return try await history.resolve(InputItem.read(fields, "items"))
    }

    private func conversation(_ context: ServerContext) async throws -> StoredConversation {
        try await ResponseHistory(store, context.client).conversation(Self.id(context))
    }

    private func storedItems(_ context: ServerContext) async throws -> (id: String, items: [StoredItem]) {
        let id = try await conversation(context).id
        let owner = ResponseHistory(store, context.client).owner
        return (id, try await store.items(ofConversation: id, of: owner))
    }

    private static func id(_ context: ServerContext) throws -> String {
        try context.parameters.require("conversation")
    }

    private static func noItem(_ id: String) -> APIError {
        .notFound("the item \(id) was not found in the conversation", param: "item_id")
    }

    private static func json(_ conversation: StoredConversation, _ fields: RequestFields? = nil) -> JSONValue {
        var json: JSONObject = [
            "id": JSONValue(conversation.id), "object": "conversation", "created_at": JSONValue(conversation.created),
            "metadata": conversation.metadata,
        ]
        let warnings = fields.map(SamplingParameters.warnings) ?? []
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        return .object(json)
    }
}
