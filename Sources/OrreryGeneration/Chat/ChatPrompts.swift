import OrreryTemplates
import OrreryTokenizers

/// How a conversation becomes what the model continues.
package struct ChatPrompts: Sendable {
    /// The language model.
    package let model: TextModel
    /// The model's part in conversations; nil where texts are continued.
    package let chat: ChatModel?
    /// The options of every answer.
    package let options: ChatSession.Options

    package init(_ model: TextModel, _ chat: ChatModel?, _ options: ChatSession.Options) {
        self.model = model
        self.chat = chat
        self.options = options
    }

    /// The prompt of the answer to a further message, and everything else that decides what the answer is.
    ///
    /// - Parameter text: the message; an empty one continues the last text, where texts are continued.
    /// - Throws: `ChatError` if the context is too small, and what keeps the conversation from being rendered or encoded.
    package func generation(of text: String, after conversation: Conversation) throws -> GenerationOptions {
        let asked = conversation.allMessages + [ChatMessage(role: "user", text)]
        let prompt =
            try chat.map { try $0.promptTokens(asked, options: options.template) }
            ?? start(of: text, conversation.continued)
        guard prompt.count < model.contextLength else {
            throw ChatError.contextFull(
                tokens: prompt.count, context: model.contextLength, hasEarlier: !conversation.messages.isEmpty)
        }
        let stop =
            chat?.stopConditions(maxTokens: options.maxTokens)
            ?? model.stopConditions(maxTokens: options.maxTokens)
        return GenerationOptions(
            prompt: prompt, sampling: options.sampling, stop: stop, computeType: options.computeType,
            cacheType: options.cacheType, stream: conversation.answers)
    }

    /// The number of tokens of a conversation as the model would read it now.
    ///
    /// - Throws: what keeps the conversation from being rendered or encoded.
    package func tokenCount(of conversation: Conversation) throws -> Int {
        var options = options.template
        options.addGenerationPrompt = false
        let all = conversation.allMessages
        return try chat.map { all.isEmpty ? 0 : try $0.promptTokens(all, options: options).count }
            ?? model.promptTokens(conversation.continued).count
    }

    /// The tokens of a text to continue: of the last one so many that half of the context is left.
    private func start(of text: String, _ continued: String) throws -> [TokenID] {
        guard text.isEmpty else { return try model.promptTokens(text) }
        let all = try model.promptTokens(continued), most = max(1, model.contextLength / 2)
        guard all.count > most else { return all }
        // What begins every text stays: Gemma writes nonsense without it.
        let marks = all.prefix(most - 1).prefix { model.tokenizer.addedTokens.isSpecial($0) }
        return Array(marks + all.dropFirst(marks.count).suffix(most - marks.count))
    }
}
