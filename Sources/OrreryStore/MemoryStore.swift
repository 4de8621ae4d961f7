import OrreryFiles

/// A store in memory, which lasts as long as the process. What was used longest ago makes room for what is new.
package actor MemoryStore: ResponseStore {
    private let limit: Int
    private var entries: [String: Entry] = [:]
    /// Where each item is, newest last.
    private var places: [String: [(parent: String, item: StoredItem)]] = [:]
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

        /// What it holds besides its items.
        var frame: JSONValue {
            switch self {
            case .response(let response): response.json
            case .conversation(let conversation, _): conversation.metadata
            }
        }
    }

    /// An empty store.
    ///
    /// - Parameter limit: the most bytes of JSON to keep. One response or conversation stays even if it is larger.
    package init(limit: Int = 64 << 20) { self.limit = limit }

    /// Keeps a response or a conversation.
    ///
    /// - Parameter added: the number of items at its end that are new; nil means all.
    private func put(_ id: String, _ content: Content, _ owner: String, added: Int? = nil) {
        let items = content.items, new = items.suffix(added ?? items.count)
        var size = added == nil ? 200 + content.frame.text().utf8.count : entries[id]?.bytes ?? 0
        if added == nil { remove(id) } else { bytes -= size }
        for item in new {
            size += 100 + item.json.text().utf8.count
            places[item.id, default: []].append((id, item))
        }
        clock += 1
        entries[id] = Entry(owner: owner, content: content, bytes: size, lastUse: clock)
        bytes += size
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
        guard let removed = entries.removeValue(forKey: id) else { return }
        bytes -= removed.bytes
        for item in Set(removed.content.items.map(\.id)) {
            places[item]?.removeAll { $0.parent == id }
            if places[item]?.isEmpty == true { places[item] = nil }
        }
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
        places[id]?.last { entries[$0.parent]?.owner == owner }?.item
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
        put(id, .conversation(conversation, old + items), owner, added: items.count)
        return true
    }

    package func deleteItem(_ id: String, fromConversation parent: String, of owner: String) -> Bool {
        guard let (conversation, items) = conversationAndItems(parent, owner), items.contains(where: { $0.id == id })
        else { return false }
        put(parent, .conversation(conversation, items.filter { $0.id != id }), owner)
        return true
    }
}
