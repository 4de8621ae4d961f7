import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// What is left of a conversation that is too long for a model's context where its oldest turns may be dropped.
enum PromptTruncation {
    /// The tokens of a conversation without the turns for which there is no room, and the number of dropped messages.
    ///
    /// Room for the answer is wanted, and given up where the last turn alone is too long for it.
    ///
    /// - Parameter answer: the most tokens of the answer; nil wants a quarter of the context.
    static func tokens(
        _ messages: [ChatMessage], _ chat: ChatModel, options: ChatTemplate.Options = ChatTemplate.Options(),
        answer: Int?
    ) throws -> (tokens: [TokenID], dropped: Int) {
        let length = chat.model.contextLength, room = length - min(answer ?? length / 4, length / 2)
        let tokens = try chat.promptTokens(messages, options: options)
        if tokens.count <= room { return (tokens, 0) }
        let (kept, dropped) = try dropOldest(messages) { try chat.promptTokens($0, options: options).count <= room }
        return (try chat.promptTokens(kept, options: options), dropped)
    }

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
