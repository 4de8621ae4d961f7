import OrreryFiles

/// Where responses and conversations are kept between requests.
///
/// Everything has an owner, the holder of the key that stored it; what one owner stored is not there for another.
package protocol ResponseStore: Sendable {
    /// Keeps a response and adds its items to its conversation, both or neither.
    func save(_ response: StoredResponse, of owner: String) async throws
    /// The response with an identifier; nil if there is none.
    func response(_ id: String, of owner: String) async throws -> StoredResponse?
    /// Removes a response; false if there is none.
    func deleteResponse(_ id: String, of owner: String) async throws -> Bool
    /// The newest item with an identifier, of any response or conversation; nil if there is none.
    func item(_ id: String, of owner: String) async throws -> StoredItem?

    /// Keeps a new conversation with its first items.
    func save(_ conversation: StoredConversation, _ items: [StoredItem], of owner: String) async throws
    /// The conversation with an identifier; nil if there is none.
    func conversation(_ id: String, of owner: String) async throws -> StoredConversation?
    /// Replaces the metadata of a conversation; false if there is none.
    func setMetadata(_ metadata: JSONValue, ofConversation id: String, of owner: String) async throws -> Bool
    /// Removes a conversation with its items; false if there is none.
    func deleteConversation(_ id: String, of owner: String) async throws -> Bool
    /// The items of a conversation, oldest first; none if there is no such conversation.
    func items(ofConversation id: String, of owner: String) async throws -> [StoredItem]
    /// Adds items to a conversation; false if there is none.
    func append(_ items: [StoredItem], toConversation id: String, of owner: String) async throws -> Bool
    /// Removes an item from a conversation; false if it is not there.
    func deleteItem(_ id: String, fromConversation conversation: String, of owner: String) async throws -> Bool
}

/// A message, a call or another item that a model has read or written.
package struct StoredItem: Sendable, Equatable {
    /// The item's identifier.
    package var id: String
    /// The item as the API gives it, its identifier included.
    package var json: JSONValue

    /// An item.
    package init(id: String, json: JSONValue) {
        self.id = id
        self.json = json
    }
}

/// A response with what it was made of.
package struct StoredResponse: Sendable, Equatable {
    /// The response's identifier.
    package var id: String
    /// The response that it continues; nil if it begins a conversation.
    package var previous: String?
    /// The conversation that its items join; nil for none.
    package var conversation: String?
    /// The response as the API gives it, except for its output.
    package var json: JSONValue
    /// The items that its request brought.
    package var input: [StoredItem]
    /// The items that the model wrote.
    package var output: [StoredItem]

    /// A response.
    package init(
        id: String, previous: String?, conversation: String?, json: JSONValue, input: [StoredItem],
        output: [StoredItem]
    ) {
        self.id = id
        self.previous = previous
        self.conversation = conversation
        self.json = json
        self.input = input
        self.output = output
    }
}

/// A conversation, without its items.
package struct StoredConversation: Sendable, Equatable {
    /// The conversation's identifier.
    package var id: String
    /// The time at which it was made, in seconds since 1970.
    package var created: Int
    /// What its maker attached to it: an object of strings.
    package var metadata: JSONValue

    /// A conversation.
    package init(id: String, created: Int, metadata: JSONValue) {
        self.id = id
        self.created = created
        self.metadata = metadata
    }
}
