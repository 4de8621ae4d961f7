/// A message of a conversation, in the fields that Hugging Face's chat templates read.
public struct ChatMessage: Sendable, Hashable {
    /// The role of the speaker: `system`, `user`, `assistant`, `tool`, or another that the template knows.
    public var role: String
    /// What the message says; nil where an assistant's message has tool calls only.
    public var content: Content?
    /// The reasoning of a model before its answer.
    public var reasoningContent: String?
    /// The calls of tools that the assistant asks for, in OpenAI's form: `{"type": "function", "function": {"name",
    /// "arguments"}}`.
    public var toolCalls: [TemplateValue]
    /// The identifier of the call that a tool's message answers.
    public var toolCallID: String?
    /// The name of the tool in a tool's message, and of the speaker in others.
    public var name: String?

    /// The content of a message.
    public enum Content: Sendable, Hashable {
        /// Plain text.
        case text(String)
        /// A list of parts such as `{"type": "text", "text": "..."}`.
        case parts([TemplateValue])
    }

    /// A message with all its fields.
    public init(
        role: String, content: Content?, reasoningContent: String? = nil, toolCalls: [TemplateValue] = [],
        toolCallID: String? = nil, name: String? = nil
    ) {
        (self.role, self.content, self.reasoningContent) = (role, content, reasoningContent)
        (self.toolCalls, self.toolCallID, self.name) = (toolCalls, toolCallID, name)
    }

    /// A message of plain text.
    public init(role: String, _ text: String) { self.init(role: role, content: .text(text)) }

    /// As a template sees it; what is not there has no field.
    var value: TemplateValue {
        var members = [TemplateValue.Member("role", .string(role))]
        switch content {
        case .text(let text)?: members.append(.init("content", .string(text)))
        case .parts(let parts)?: members.append(.init("content", .list(parts)))
        case nil: break
        }
        if let reasoningContent { members.append(.init("reasoning_content", .string(reasoningContent))) }
        if !toolCalls.isEmpty { members.append(.init("tool_calls", .list(toolCalls))) }
        if let toolCallID { members.append(.init("tool_call_id", .string(toolCallID))) }
        if let name { members.append(.init("name", .string(name))) }
        return .dictionary(members)
    }
}
