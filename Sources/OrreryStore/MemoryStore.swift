import OrreryFiles

/// A store in memory, which lasts as long as the process. What was used longest ago makes room for what is new.
package actor MemoryStore: ResponseStore {
    private let limit: Int
    private var entries: [String: Entry] = [:]
    private var bytes = 0
    private var clock = 0

    /// A response or a conversation.
    private struct Entry {
        var owner: String
        var content: Content
        var bytes: Int
        var lastUse: Int
    }

    private enum Content {
        case response(StoredResponse)
        case conversation(StoredConversation, [StoredItem])

        var items: [StoredItem] {
            switch self {
            case .response(let response): response.input + response.output
            case .conversation(_, let items): items
            }
        }

        var bytes: Int {
            let texts: [JSONValue] =
                switch self {
                case .response(let response): [response.json]
                case .conversation(let conversation, _): [conversation.metadata]
                }
            return (texts + items.map(\.json)).reduce(200) { $0 + $1.text().utf8.count }
        }
    }

    /// An empty store.
    ///
    /// - Parameter limit: the most bytes of JSON to keep. One response or conversation stays even if it is larger.
    package init(limit: Int = 64 << 20) { self.limit = limit }

    private func put(_ id: String, _ content: Content, _ owner: String) {
        if let old = entries[id] { bytes -= old.bytes }
        clock += 1
        let entry = Entry(owner: owner, content: content, bytes: content.bytes, lastUse: clock)
        entries[id] = entry
        bytes += entry.bytes
        while bytes > limit, entries.count > 1, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            remove(oldest.key)
        }
    }

    private func get(_ id: String, _ owner: String) -> Content? {
        guard let entry = entries[id], entry.owner == owner else { return nil }
        clock += 1
        entries[id]?.lastUse = clock
        return entry.content
    }

    private func remove(_ id: String) {
        if let removed = entries.removeValue(forKey: id) { bytes -= removed.bytes }
    }

    // MARK: Responses

    package func save(_ response: StoredResponse, of owner: String) {
        put(response.id, .response(response), owner)
        if let id = response.conversation {
            _ = append(response.input + response.output, toConversation: id, of: owner)
        }
    }

    package func response(_ id: String, of owner: String) -> StoredResponse? {
        guard case .response(let response)? = get(id, owner) else { return nil }
        return response
    }

    package func deleteResponse(_ id: String, of owner: String) -> Bool {
        guard case .response? = get(id, owner) else { return false }
        remove(id)
        return true
    }

    package func item(_ id: String, of owner: String) -> StoredItem? {
        let own = entries.values.filter { $0.owner == owner }.sorted { $0.lastUse > $1.lastUse }
        return own.lazy.compactMap { $0.content.items.last { $0.id == id } }.first
    }

    // MARK: Conversations

    package func save(_ conversation: StoredConversation, _ items: [StoredItem], of owner: String) {
        put(conversation.id, .conversation(conversation, items), owner)
    }

    private func conversationAndItems(_ id: String, _ owner: String) -> (StoredConversation, [StoredItem])? {
        guard case .conversation(let conversation, let items)? = get(id, owner) else { return nil }
        return (conversation, items)
    }

    package func conversation(_ id: String, of owner: String) -> StoredConversation? {
        conversationAndItems(id, owner)?.0
    }

    package func setMetadata(_ metadata: JSONValue, ofConversation id: String, of owner: String) -> Bool {
        guard let (old, items) = conversationAndItems(id, owner) else { return false }
        var conversation = old
        conversation.metadata = metadata
        put(id, .conversation(conversation, items), owner)
        return true
    }

    package func deleteConversation(_ id: String, of owner: String) -> Bool {
        guard conversationAndItems(id, owner) != nil else { return false }
        remove(id)
        return true
    }

    package func items(ofConversation id: String, of owner: String) -> [StoredItem] {
        conversationAndItems(id, owner)?.1 ?? []
    }

    package func append(_ items: [StoredItem], toConversation id: String, of owner: String) -> Bool {
        guard let (conversation, old) = conversationAndItems(id, owner) else { return false }
        put(id, .conversation(conversation, old + items), owner)
        return true
    }

    package func deleteItem(_ id: String, fromConversation parent: String, of owner: String) -> Bool {
        guard let (conversation, items) = conversationAndItems(parent, owner), items.contains(where: { $0.id == id })
        else { return false }
        put(parent, .conversation(conversation, items.filter { $0.id != id }), owner)
        return true
    }
}
