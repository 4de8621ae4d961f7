/// One message of a conversation, in the fields that Hugging Face's chat templates read.
public struct ChatMessage: Sendable, Hashable {
    /// `system`, `user`, `assistant`, `tool`, or another that the template knows.
    public var role: String
    public var content: Content?
    /// What a reasoning model thought before it answered.
    public var reasoningContent: String?
    /// What the assistant asks tools to do, in OpenAI's form: `{"type": "function", "function": {"name",
    /// "arguments"}}`.
    public var toolCalls: [TemplateValue]
    /// Of a tool's answer: which call it answers.
    public var toolCallID: String?
    /// Of a tool's answer the tool, otherwise who speaks.
    public var name: String?

    public enum Content: Sendable, Hashable {
        case text(String)
        /// Parts such as `{"type": "text", "text": "..."}`.
        case parts([TemplateValue])
    }

    public init(
        role: String, content: Content?, reasoningContent: String? = nil, toolCalls: [TemplateValue] = [],
        toolCallID: String? = nil, name: String? = nil
    ) {
        (self.role, self.content, self.reasoningContent) = (role, content, reasoningContent)
        (self.toolCalls, self.toolCallID, self.name) = (toolCalls, toolCallID, name)
    }

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
