import OrreryFiles
import OrreryGeneration
import OrreryTemplates

/// The messages of a conversation, as OpenAI's API has them.
enum ChatMessages {
    /// - Throws: `APIError` that names the message and what is wrong with it.
    static func read(_ fields: RequestFields, for chat: ChatModel) throws -> [ChatMessage] {
        guard let values = try fields.array("messages") else {
            throw fields.missing("messages", "an array of messages")
        }
        if values.isEmpty { throw fields.wrong("messages", "at least one message") }
        return try values.enumerated().map { index, value in
            try message(RequestFields(value, path: "messages[\(index)]"), knowsDeveloper: chat.knowsDeveloper)
        }
    }

    static func message(_ fields: RequestFields, knowsDeveloper: Bool) throws -> ChatMessage {
        let roles = "system, developer, user, assistant or tool"
        guard var role = try fields.string("role") else { throw fields.missing("role", roles) }
        guard ["system", "developer", "user", "assistant", "tool", "function"].contains(role) else {
            throw fields.wrong("role", roles)
        }
        if role == "developer", !knowsDeveloper { role = "system" }
        let calls = try fields.array("tool_calls") ?? []
        let content = try text(fields)
        if content == nil, role != "assistant" || calls.isEmpty {
            throw fields.missing("content", "a string or an array of parts")
        }
        return ChatMessage(
            role: role, content: content.map(ChatMessage.Content.text),
            reasoningContent: try fields.string("reasoning_content"),
            toolCalls: try calls.enumerated().map { index, call in
                try toolCall(call, fields.name("tool_calls[\(index)]"))
            },
            toolCallID: try fields.string("tool_call_id"), name: try fields.string("name"))
    }

    /// A string, or the text of all parts.
    private static func text(_ fields: RequestFields) throws -> String? {
        switch fields.value("content") {
        case nil: return nil
        case .string(let text)?: return text
        case .array(let parts)?:
            return try parts.enumerated().map { index, part in
                let part = try RequestFields(part, path: fields.name("content[\(index)]"))
                let type = try part.string("type") ?? "text"
                guard ["text", "input_text", "output_text", "refusal"].contains(type) else {
                    throw APIError.unsupported(part.name("type"), "found \(type), and the models here read text")
                }
                guard let text = try part.string(type == "refusal" ? "refusal" : "text") else {
                    throw part.missing("text", "a string")
                }
                return text
            }.joined(separator: "\n")
        default: throw fields.wrong("content", "a string or an array of parts")
        }
    }

    /// A call in OpenAI's form, whose arguments templates read as an object.
    private static func toolCall(_ value: JSONValue, _ path: String) throws -> TemplateValue {
        let call = try RequestFields(value, path: path)
        guard let function = try call.object("function") else { throw call.missing("function", "an object") }
        guard let name = try function.string("name") else { throw function.missing("name", "a string") }
        let arguments: JSONValue
        switch function.value("arguments") {
        case nil: arguments = .object(JSONObject())
        case .string(let text)?:
            do { arguments = try JSONValue(parsing: text, file: function.name("arguments")) } catch {
                throw APIError.invalid(function.name("arguments"), "\(error)")
            }
        case .object(let object)?: arguments = .object(object)
        default: throw function.wrong("arguments", "a string of JSON")
        }
        let json: JSONValue = [
            "id": JSONValue(try call.string("id")), "type": "function",
            "function": ["name": JSONValue(name), "arguments": arguments],
        ]
        return TemplateValue(json)
    }
}

extension ChatModel {
    /// Whether the template has a role of this name; else the developer is the system.
    var knowsDeveloper: Bool { template.source.contains("developer") }
}
