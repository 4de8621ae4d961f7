import OrreryTemplates

/// What is left of a conversation that is too long for a model's context: `truncation: "auto"` drops its oldest turns.
enum PromptTruncation {
    /// The longest end of a conversation that fits.
    ///
    /// The system's first message and the last turn always stay. A turn begins at a user's message.
    ///
    /// - Parameter fits: whether the model has room for these messages; fewer need less.
    /// - Returns: the messages that stay, and the number of those dropped.
    static func dropOldest(
        _ messages: [ChatMessage], fits: ([ChatMessage]) throws -> Bool
    ) rethrows -> (messages: [ChatMessage], dropped: Int) {
        let head = messages.prefix { $0.role == "system" || $0.role == "developer" }
        let starts = messages.indices.filter { $0 >= head.count && ($0 == head.count || messages[$0].role == "user") }
        func kept(_ start: Int) -> [ChatMessage] { Array(head + messages[start...]) }
        // The first start from which everything fits.
        var low = 0, high = starts.count - 1
        guard high > 0 else { return (messages, 0) }
        while low < high {
            let middle = (low + high) / 2
            if try fits(kept(starts[middle])) { high = middle } else { low = middle + 1 }
        }
        return (kept(starts[low]), starts[low] - head.count)
    }
}
