import Hummingbird
import OrreryStore

extension Router<ServerContext> {
    /// Adds /v1/responses and /v1/conversations.
    func addResponses(_ requests: ModelRequests, _ store: any ResponseStore) {
        let responses = Responses(requests: requests, store: store)
        let stored = StoredResponses(store: store)
        let conversations = Conversations(store: store, configuration: requests.configuration)
        for prefix in ["", "/v1"] {
            let one = "\(prefix)/responses/:response"
            post("\(prefix)/responses") { try await responses.respond(to: $0, $1) }
            post("\(prefix)/responses/input_tokens") { try await responses.count($0, $1) }
            get("\(one)") { try await stored.get($0, $1) }
            delete("\(one)") { _, context in try await stored.delete(context) }
            post("\(one)/cancel") { _, context in try await stored.cancel(context) }
            get("\(one)/input_items") { try await stored.inputItems($0, $1) }

            let conversation = "\(prefix)/conversations/:conversation", item = "\(conversation)/items/:item"
            post("\(prefix)/conversations") { try await conversations.create($0, $1) }
            get("\(conversation)") { _, context in try await conversations.get(context) }
            post("\(conversation)") { try await conversations.update($0, $1) }
            delete("\(conversation)") { _, context in try await conversations.delete(context) }
            get("\(conversation)/items") { try await conversations.listItems($0, $1) }
            post("\(conversation)/items") { try await conversations.addItems($0, $1) }
            get("\(item)") { _, context in try await conversations.getItem(context) }
            delete("\(item)") { _, context in try await conversations.deleteItem(context) }
        }
    }
}
