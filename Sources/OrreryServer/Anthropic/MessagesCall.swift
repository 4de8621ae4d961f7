import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// What a request to /v1/messages asks for.
struct MessagesCall: Sendable {
    let request: EngineRequest
    let streams: Bool
    /// The strings at which the client wants the answer to end; the model's own ends are none of them.
    let stopSequences: [String]
    let own: OwnParameters

    init(_ fields: RequestFields, _ model: TextModel, _ chat: ChatModel, _ client: ClientRequest?) throws {
        let prompt = try Self.prompt(fields, chat)
        guard let maxTokens = try fields.int("max_tokens", in: 1 ... .max) else {
            throw fields.missing("max_tokens", "the most tokens of the answer")
        }
        stopSequences = try fields.nonemptyStrings("stop_sequences") ?? []
        var sampling = SamplingParameters.defaultSampling(model)
        if let value = try fields.double("temperature", in: 0 ... 1) { sampling.temperature = value }
        if let value = try fields.double("top_p", in: 0 ... 1) { sampling.topP = value }
        if let value = try fields.int("top_k", in: 0 ... .max) { sampling.topK = value }
        streams = try fields.bool("stream") ?? false
        try Self.refuse(fields)
        own = try OwnParameters(fields, model)
        request = EngineRequest(
            GenerationOptions(
                prompt: prompt, sampling: sampling,
                stop: chat.stopConditions(maxTokens: maxTokens, stopStrings: stopSequences)),
            of: client, trace: own.trace, by: model)
    }

    private static func refuse(_ fields: RequestFields) throws {
        if try fields.array("tools")?.isEmpty == false {
            throw APIError.unsupported("tools", "models here are not given tools")
        }
        if let thinking = try fields.object("thinking"), try thinking.string("type") == "enabled" {
            throw APIError.unsupported("thinking", "what a model thinks is part of its text here")
        }
        fields.accept("metadata", "service_tier", "tool_choice")
    }

    // MARK: The conversation

    /// The tokens of a conversation. Where its last message is the assistant's, the answer continues it.
    static func prompt(_ fields: RequestFields, _ chat: ChatModel) throws -> [TokenID] {
        guard let values = try fields.array("messages") else {
            throw fields.missing("messages", "an array of messages")
        }
        if values.isEmpty { throw fields.wrong("messages", "at least one message") }
        var messages = try values.enumerated().map { index, value in
            try message(RequestFields(value, path: "messages[\(index)]"))
        }
        var options = ChatTemplate.Options()
        if messages.last?.role == "assistant" {
            options.addGenerationPrompt = false
            options.continueFinalMessage = true
        }
        if let system = try text(fields, "system") { messages.insert(ChatMessage(role: "system", system), at: 0) }
        return try chat.promptTokens(messages, options: options)
    }

    private static func message(_ fields: RequestFields) throws -> ChatMessage {
        guard let role = try fields.string("role") else { throw fields.missing("role", "user or assistant") }
        guard ["user", "assistant"].contains(role) else { throw fields.wrong("role", "user or assistant") }
        guard let text = try text(fields, "content") else {
            throw fields.missing("content", "a string or an array of blocks")
        }
        return ChatMessage(role: role, text)
    }

    /// A string, or the text of all blocks.
    private static func text(_ fields: RequestFields, _ key: String) throws -> String? {
        switch fields.value(key) {
        case nil: return nil
        case .string(let text)?: return text
        case .array(let blocks)?:
            return try blocks.enumerated().map { index, block in
                let block = try RequestFields(block, path: fields.name("\(key)[\(index)]"))
                guard try block.string("type") == "text" else {
                    throw APIError.unsupported(
                        block.name("type"),
                        "found \(block.object["type"]?.text() ?? "none"), and the models here read text")
                }
                guard let text = try block.string("text") else { throw block.missing("text", "a string") }
                return text
            }.joined(separator: "\n")
        default: throw fields.wrong(key, "a string or an array of blocks")
        }
    }
}
