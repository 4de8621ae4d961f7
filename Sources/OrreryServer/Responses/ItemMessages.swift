import OrreryFiles
import OrreryStore
import OrreryTemplates

/// Items as the messages that a chat template reads.
enum ItemMessages {
    /// - Parameters:
    ///   - instructions: what stands before everything else; nil for nothing.
    ///   - knowsDeveloper: whether the template has a role of this name; else it is the system.
    static func messages(
        _ items: [StoredItem], instructions: String? = nil, knowsDeveloper: Bool
    ) throws -> [ChatMessage] {
        var messages: [ChatMessage] = [], reasoning: String?
        if let instructions { messages.append(ChatMessage(role: "system", instructions)) }
        for item in items {
            let fields = try RequestFields(item.json, path: item.id)
            switch try fields.string("type") {
            case "reasoning":
                let text = try text(fields, "content")
                reasoning = text.isEmpty ? try self.text(fields, "summary") : text
            case "function_call": append(try call(fields), to: &messages, &reasoning)
            case "function_call_output":
                messages.append(
                    ChatMessage(
                        role: "tool", content: .text(try fields.string("output") ?? ""),
                        toolCallID: try fields.string("call_id")))
            default:
                var role = try fields.string("role") ?? "user"
                if role == "developer", !knowsDeveloper { role = "system" }
                var message = ChatMessage(role: role, try text(fields, "content"))
                if role == "assistant" { (message.reasoningContent, reasoning) = (reasoning, nil) }
                messages.append(message)
            }
        }
        return joiningSystem(messages)
    }

    private static func text(_ fields: RequestFields, _ key: String) throws -> String {
        try (fields.array(key) ?? []).map { part in
            let part = try RequestFields(part, path: fields.name(key))
            return try part.string("text") ?? part.string("refusal") ?? ""
        }.joined(separator: "\n")
    }

    /// A call, whose arguments templates read as an object.
    private static func call(_ fields: RequestFields) throws -> TemplateValue {
        let arguments = try fields.string("arguments") ?? "{}"
        let json: JSONValue = [
            "id": JSONValue(try fields.string("call_id")), "type": "function",
            "function": [
                "name": JSONValue(try fields.string("name")),
                "arguments": try JSONValue(parsing: arguments, file: fields.name("arguments")),
            ],
        ]
        return TemplateValue(json)
    }

    /// Calls that follow each other, or an answer's text, are one message.
    private static func append(_ call: TemplateValue, to messages: inout [ChatMessage], _ reasoning: inout String?) {
        if messages.last?.role == "assistant" {
            messages[messages.count - 1].toolCalls.append(call)
        } else {
            messages.append(
                ChatMessage(role: "assistant", content: nil, reasoningContent: reasoning, toolCalls: [call]))
            reasoning = nil
        }
    }

    /// Templates have one message of the system, the first.
    private static func joiningSystem(_ messages: [ChatMessage]) -> [ChatMessage] {
        let first = messages.prefix { $0.role == "system" }
        guard first.count > 1 else { return messages }
        let texts = first.compactMap { message -> String? in
            guard case .text(let text)? = message.content else { return nil }
            return text
        }
        return [ChatMessage(role: "system", texts.joined(separator: "\n\n"))] + messages.dropFirst(first.count)
    }
}
