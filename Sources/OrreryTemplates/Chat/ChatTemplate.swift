import Foundation

/// The chat template of a model, which turns a conversation into the text that the model continues, as transformers'
/// `apply_chat_template` does.
///
/// ```swift
/// let template = try ChatTemplate(source, name: "chat_template.jinja", specialTokens: ["bos_token": "<s>"])
/// let prompt = try template.render([ChatMessage(role: "user", "Hello")]).text
/// ```
public struct ChatTemplate: Sendable {
    /// The parsed template.
    public let template: Template
    /// The text of the template.
    public let source: String
    /// The special tokens by the names that templates give them: `bos_token`, `eos_token` and so on.
    public let specialTokens: [String: String]

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - source: the text of the template.
    ///   - name: the name that errors give it, such as its file's.
    ///   - specialTokens: the special tokens by name: `bos_token`, `eos_token` and so on.
    ///   - limits: what one rendering may use.
    /// - Throws: `TemplateError` if the source is not valid.
    public init(
        _ source: String, name: String = "the chat template", specialTokens: [String: String] = [:],
        limits: TemplateLimits = TemplateLimits()
    ) throws {
        template = try Template(source, name: name, limits: limits)
        (self.source, self.specialTokens) = (source, specialTokens)
    }

    /// The options of rendering a conversation.
    public struct Options: Sendable {
        /// Whether the start of the assistant's next message is added.
        public var addGenerationPrompt = true
        /// Whether the last message is left open, for the model to continue it. It excludes `addGenerationPrompt`.
        public var continueFinalMessage = false
        /// The tools that the model may call, as JSON schemas in OpenAI's form; nil for none.
        public var tools: [TemplateValue]?
        /// The documents for retrieval-augmented generation; nil for none.
        public var documents: [TemplateValue]?
        /// Further variables that the template may know, such as `enable_thinking`; they take precedence over the
        /// special tokens.
        public var variables: [String: TemplateValue] = [:]
        /// The date that `strftime_now` shows.
        public var date = Date()
        /// The tokens that text of the conversation must not be able to write; see `Template.Rendering.foreign`.
        public var controlTokens: [String] = []

        /// The default options.
        public init() {}
    }

    /// The text of a conversation, as the model reads it.
    ///
    /// - Throws: `TemplateError`; if the template itself refuses the conversation, its kind is `raised` and its message
    ///   is the template's own.
    public func render(_ messages: [ChatMessage], options: Options = Options()) throws -> Template.Rendering {
        try render(conversation: messages.map(\.value), options: options)
    }

    /// Messages in any form that the template reads: dictionaries with `role` and whatever else.
    package func render(conversation: [TemplateValue], options: Options) throws -> Template.Rendering {
        var messages = try conversation.map(prepared)
        if options.continueFinalMessage { return try renderOpen(&messages, options) }
        return try template.render(
            variables(messages, options), trusted: specialTokens.mapValues(TemplateValue.string),
            controlTokens: options.controlTokens, date: options.date)
    }

    private func variables(_ messages: [[TemplateValue.Member]], _ options: Options) -> [String: TemplateValue] {
        var variables = options.variables
        variables["messages"] = .list(messages.map(TemplateValue.dictionary))
        variables["tools"] = options.tools.map(TemplateValue.list) ?? TemplateValue.none
        variables["documents"] = options.documents.map(TemplateValue.list) ?? TemplateValue.none
        variables["add_generation_prompt"] = .bool(options.addGenerationPrompt)
        return variables
    }

    /// Fields with a null go, and reasoning is there under each of its names, as transformers prepares messages.
    private func prepared(_ message: TemplateValue) throws -> [TemplateValue.Member] {
        guard case .dictionary(let all) = message else {
            throw failure("expected each message to be an object, found something else")
        }
        var members = all.filter { $0.value != .none }
        let names = ["reasoning_content", "thinking", "reasoning"]
        guard let reasoning = names.lazy.compactMap({ name in members.first { $0.name == name }?.value }).first else {
            return members
        }
        if !members.contains(where: { $0.name == "thinking" }) { members.insert(.init("thinking", reasoning), at: 0) }
        if let place = members.firstIndex(where: { $0.name == "reasoning_content" }) {
            members[place] = .init("reasoning_content", reasoning)
        } else {
            members.append(.init("reasoning_content", reasoning))
        }
        return members
    }

    private func failure(_ message: String) -> TemplateError {
        TemplateError(kind: .runtime, template: template.name, line: nil, column: nil, message: message)
    }

    // MARK: Going on with the last message

    private static let tag = "CONTINUE_FINAL_MESSAGE_TAG "

    /// Renders with a mark behind the last message's text, and cuts there.
    private func renderOpen(_ messages: inout [[TemplateValue.Member]], _ options: Options) throws -> Template.Rendering
    {
        guard !options.addGenerationPrompt else {
            throw failure("expected either a new answer or the last message continued, not both")
        }
        guard let last = messages.indices.last, let place = messages[last].firstIndex(where: { $0.name == "content" })
        else {
            throw failure("expected a last message with content to continue")
        }
        guard source.contains("content") else {
            throw failure("expected a template that reads 'content', to continue the last message")
        }
        let (marked, final) = try marked(messages[last][place].value)
        messages[last][place] = .init("content", marked)
        let rendering = try template.render(
            variables(messages, options), trusted: specialTokens.mapValues(TemplateValue.string),
            controlTokens: options.controlTokens, date: options.date)
        let (text, tag) = (Text(rendering.text), Text(Self.tag))
        let mark = Text(String(Self.tag.dropLast()))
        guard text.contains(try Text(Array(Text(final).stripped(.both, nil)), Meter(TemplateLimits()))),
            let cut = ByteSearch.last(mark.utf8, in: text.utf8, from: 0, to: text.utf8.count)
        else { throw failure("the last message cannot be continued: the template changes its text") }
        var kept = text.utf8[..<cut]
        // Without the blank behind it the mark was trimmed, and so would be white space before it.
        if !text.utf8[cut...].starts(with: tag.utf8) {
            kept = Text(String(decoding: kept, as: UTF8.self)).stripped(.right, nil)
        }
        return rendering.prefix(kept.count)
    }

    private func marked(_ content: TemplateValue) throws -> (TemplateValue, final: String) {
        switch content {
        case .string(let text): return (.string(text + Self.tag), text)
        case .list(var parts):
            for index in parts.indices.reversed() {
                guard case .dictionary(var members) = parts[index],
                    let place = members.firstIndex(where: { $0.name == "text" }),
                    case .string(let text) = members[place].value
                else { continue }
                members[place] = .init("text", .string(text + Self.tag))
                parts[index] = .dictionary(members)
                return (.list(parts), text)
            }
            throw failure("expected text in the last message, to continue it")
        default: throw failure("expected the last message's content to be text, to continue it")
        }
    }
}
