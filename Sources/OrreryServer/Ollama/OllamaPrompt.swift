import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// The tokens that a request of ollama's API has a model read.
enum OllamaPrompt {
    /// Of /api/generate: a question in the model's chat template, or with `raw` the text as it is. Tokens of `context`,
    /// which an earlier answer gave, come before it.
    ///
    /// - Returns: nil for an empty prompt, which only loads the model.
    static func text(_ fields: RequestFields, _ model: TextModel, _ chat: ChatModel?) throws -> [TokenID]? {
        let isRaw = try fields.bool("raw") ?? false, system = try fields.string("system") ?? ""
        let context = try tokens(fields, model)
        guard let prompt = try fields.string("prompt"), !prompt.isEmpty else { return nil }
        guard !isRaw, let chat else {
            if !system.isEmpty {
                throw APIError.unsupported(
                    "system", isRaw ? "a raw prompt has no template" : "\(model.name) has no chat template")
            }
            return context + withoutStart(try model.promptTokens(prompt), after: context, model)
        }
        var messages = [ChatMessage(role: "user", prompt)]
        if !system.isEmpty { messages.insert(ChatMessage(role: "system", system), at: 0) }
        return context + withoutStart(try chat.promptTokens(messages, options: options(fields)), after: context, model)
    }

    /// Of /api/chat. Where the last message is the assistant's, the answer continues it.
    ///
    /// - Returns: nil without messages, which only loads the model.
    static func conversation(_ fields: RequestFields, _ model: TextModel, _ chat: ChatModel?) throws -> [TokenID]? {
        guard let values = try fields.array("messages"), !values.isEmpty else { return nil }
        guard let chat else {
            throw APIError.invalid(
                "model", "\(model.name) has no chat template; expected a model with one, or /api/generate")
        }
        let messages = try values.enumerated().map { index, value in
            try message(value, path: "messages[\(index)]", knowsDeveloper: chat.knowsDeveloper)
        }
        var options = options(fields)
        if messages.last?.role == "assistant" {
            options.addGenerationPrompt = false
            options.continueFinalMessage = true
        }
        return try chat.promptTokens(messages, options: options)
    }

    /// A model that could think, and whose template asks, is told not to: `think` is false.
    private static func options(_ fields: RequestFields) -> ChatTemplate.Options {
        var options = ChatTemplate.Options()
        if fields.value("think") == false { options.variables["enable_thinking"] = TemplateValue(false as JSONValue) }
        return options
    }

    /// A message, in OpenAI's names where ollama has its own.
    private static func message(_ value: JSONValue, path: String, knowsDeveloper: Bool) throws -> ChatMessage {
        let fields = try RequestFields(value, path: path)
        if try fields.array("images")?.isEmpty == false {
            throw APIError.unsupported(fields.name("images"), "the models here read text")
        }
        var members = fields.object
        if let thinking = try fields.string("thinking") { members["reasoning_content"] = JSONValue(thinking) }
        if let tool = try fields.string("tool_name") { members["name"] = JSONValue(tool) }
        return try ChatMessages.message(RequestFields(members, path: path), knowsDeveloper: knowsDeveloper)
    }

    private static func tokens(_ fields: RequestFields, _ model: TextModel) throws -> [TokenID] {
        try (fields.array("context") ?? []).enumerated().map { index, value in
            guard case .int(let number) = value, let id = TokenID(exactly: number),
                model.tokenizer.piece(for: id) != nil
            else { throw APIError.value("context[\(index)]", value, expected: "a token of the model") }
            return id
        }
    }

    /// What begins a text stands at its beginning alone.
    private static func withoutStart(
        _ tokens: [TokenID], after context: [TokenID], _ model: TextModel
    ) -> ArraySlice<TokenID> {
        guard let first = tokens.first, first == context.first,
            !context.dropFirst().contains(first),
            model.tokenizer.addedTokens.contains(where: { $0.id == first && $0.isSpecial })
        else { return tokens[...] }
        return tokens.dropFirst()
    }
}
