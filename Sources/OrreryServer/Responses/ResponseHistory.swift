import OrreryFiles
import OrreryStore

/// What a request builds on: the responses before it, or its conversation, as far as its owner may see them.
struct ResponseHistory: Sendable {
    let store: any ResponseStore
    let owner: String

    init(_ store: any ResponseStore, _ client: ClientRequest?) {
        self.store = store
        owner = client?.name ?? ""
    }

    /// What came before a request's own input.
    struct Context: Sendable {
        var items: [StoredItem] = []
        var previous: String?
        var conversation: String?
    }

    /// What `previous_response_id` or `conversation` names.
    func context(_ fields: RequestFields) async throws -> Context {
        let previous = try fields.string("previous_response_id"), conversation = try Self.conversation(fields)
        if let previous {
            if conversation != nil {
                throw APIError.invalid(
                    "previous_response_id", "previous_response_id and conversation are both given; expected one of them"
                )
            }
            return Context(items: try await items(upTo: previous), previous: previous)
        }
        guard let conversation else { return Context() }
        _ = try await self.conversation(conversation)
        let items = try await store.items(ofConversation: conversation, of: owner)
        return Context(items: items, conversation: conversation)
    }

    private static func conversation(_ fields: RequestFields) throws -> String? {
        guard case .object? = fields.value("conversation") else { return try fields.string("conversation") }
        guard let conversation = try fields.object("conversation") else { return nil }
        guard let id = try conversation.string("id") else {
            throw conversation.missing("id", "the identifier of a conversation")
        }
        return id
    }

    /// The input and output of a response and of all before it, oldest first.
    private func items(upTo last: String) async throws -> [StoredItem] {
        var responses: [StoredResponse] = [], before: ArraySlice<StoredItem> = [], next: String? = last
        while let id = next {
            guard let response = try await store.response(id, of: owner) else {
                let link = id == last ? "" : ", which \(last) continues,"
                throw APIError.invalid(
                    "previous_response_id",
                    "the response \(id)\(link) was not found; it was not stored, or was deleted",
                    code: "previous_response_not_found")
            }
            responses.append(response)
            if let conversation = response.conversation {
                // Its conversation holds what came before it.
                let own = Set((response.input + response.output).map(\.id))
                let all = try await store.items(ofConversation: conversation, of: owner)
                before = all.prefix { !own.contains($0.id) }
            }
            next = response.previous
        }
        return responses.reversed().reduce(into: Array(before)) { $0 += $1.input + $1.output }
    }

    /// The items that a response was made of.
    func input(of response: StoredResponse) async throws -> [StoredItem] {
        guard let previous = response.previous else { return response.input }
        return try await items(upTo: previous) + response.input
    }

    /// Input with its references followed.
    func resolve(_ input: [InputItem], in context: Context = Context()) async throws -> [StoredItem] {
        let read = Set(context.items.map(\.id))
        var items: [StoredItem] = []
        for entry in input {
            switch entry {
            case .item(let item): items.append(item)
            case .reference(let id, let path):
                guard let item = try await store.item(id, of: owner) else {
                    throw APIError.notFound("\(path): the item \(id) was not found", param: path)
                }
                // What the model reads anyway is not said twice.
                if !read.contains(id) { items.append(item) }
            }
        }
        return items
    }

    func response(_ id: String) async throws -> StoredResponse {
        guard let response = try await store.response(id, of: owner) else { throw Self.noResponse(id) }
        return response
    }

    static func noResponse(_ id: String) -> APIError {
        .notFound("the response \(id) was not found; it was not stored, or was deleted", param: "response_id")
    }

    func conversation(_ id: String) async throws -> StoredConversation {
        guard let conversation = try await store.conversation(id, of: owner) else { throw Self.noConversation(id) }
        return conversation
    }

    static func noConversation(_ id: String) -> APIError {
        .notFound("the conversation \(id) was not found", param: "conversation")
    }
}
