import OrreryEngine
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// What a client wants where its prompt and the answer do not fit into the model's context: `context_overflow`.
enum ContextOverflow: String, CaseIterable {
    /// A prompt that is too long is refused, and an answer ends with the context.
    case error
    /// The oldest turns of a conversation are dropped.
    case truncate
    /// The text slides on over the newest half of the context.
    case slide

    /// - Parameters:
    ///   - isConversation: whether there are turns to drop.
    ///   - maxTokens: the most tokens of the answer; nil for no limit.
    init(_ fields: RequestFields, isConversation: Bool, maxTokens: Int?) throws {
        let names = Self.allCases.filter { isConversation || $0 != .truncate }.map(\.rawValue)
        guard let name = try fields.string("context_overflow") else {
            self = .error
            return
        }
        guard names.contains(name) else {
            throw fields.wrong("context_overflow", names.dropLast().joined(separator: ", ") + " or " + names.last!)
        }
        self = Self(rawValue: name)!
        if self == .slide, maxTokens == nil {
            throw APIError.invalid(
                "context_overflow",
                "context_overflow is slide, with which an answer may have no end; expected max_tokens with it")
        }
    }

    /// The same for the engine.
    var engine: EngineRequest.Overflow { self == .slide ? .slide(sinks: 4) : .end }

    /// The tokens of a conversation, and a warning where turns were dropped.
    ///
    /// - Parameter answer: the most tokens of the answer; nil for no limit.
    func prompt(
        _ messages: [ChatMessage], _ chat: ChatModel, options: ChatTemplate.Options, answer: Int?
    ) throws -> (tokens: [TokenID], warning: String?) {
        guard self == .truncate else { return (try chat.promptTokens(messages, options: options), nil) }
        let (tokens, dropped) = try PromptTruncation.tokens(messages, chat, options: options, answer: answer)
        return (tokens, dropped > 0 ? "context_overflow: the oldest \(dropped) messages were dropped" : nil)
    }
}
