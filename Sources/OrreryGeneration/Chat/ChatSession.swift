import Kernels
import OrreryTemplates
import OrreryTokenizers
import Synchronization

/// A conversation as it continues: its messages, and the keys and values of what the model has read, so that each turn
/// costs its own tokens only.
///
/// ```swift
/// let chat = try model.chat(system: "You answer in one sentence.")
/// for try await text in chat.streamResponse(to: "What is the capital of France?") { print(text, terminator: "") }
/// ```
///
/// With a model that has no chat template (`chat` is nil) each message is the start of a text that the model continues,
/// and an empty one continues the last text.
public final class ChatSession: Sendable {
    /// The language model.
    public let model: TextModel
    /// The model's part in conversations; nil where texts are continued.
    public let chat: ChatModel?
    /// The options of every answer.
    public let options: Options

    /// The options of every answer of a conversation.
    public struct Options: Sendable {
        /// The sampling of the answers; each answer has random numbers of its own under the one seed.
        public var sampling: SamplingOptions
        /// The most tokens that an answer may have.
        public var maxTokens: Int
        /// The type to which operands of products are rounded.
        public var computeType: ElementType
        /// The type in which keys and values are kept.
        public var cacheType: CacheType
        /// The options of the template, with the variables that it sees besides the messages.
        public var template: ChatTemplate.Options

        /// Options with the defaults of a model.
        ///
        /// - Parameters:
        ///   - model: the model whose defaults are used.
        ///   - sampling: the sampling of the answers; nil means `TextModel.defaultSampling()`.
        ///   - maxTokens: the most tokens that an answer may have.
        ///   - template: the options of the template.
        public init(
            for model: TextModel, sampling: SamplingOptions? = nil, maxTokens: Int = 1024,
            template: ChatTemplate.Options = ChatTemplate.Options()
        ) {
            self.sampling = sampling ?? model.defaultSampling()
            self.maxTokens = maxTokens
            computeType = Processor.current.fastestType
            cacheType = model.model.defaultCacheType(computing: computeType)
            self.template = template
        }
    }

    private struct State {
        var messages: [ChatMessage] = []
        var system: String?
        /// The answers so far: each has random numbers of its own.
        var answers: UInt64 = 0
        /// The text that was continued last, with its continuation.
        var continued = ""
        var isAnswering = false
    }

    private let state: Mutex<State>
    /// The conversation's keys and values. Whoever set `isAnswering` uses it, and nobody else.
    private let cache: Cache
    private final class Cache: @unchecked Sendable { let prompt = PromptCache() }

    /// A conversation without messages.
    ///
    /// - Parameters:
    ///   - model: the language model.
    ///   - chat: the model's part in conversations; with nil each message is the start of a text that the model
    ///     continues.
    ///   - system: what the model is told before the conversation; nil leaves it to the template.
    ///   - options: the options of every answer.
    public init(_ model: TextModel, _ chat: ChatModel?, system: String? = nil, options: Options) {
        (self.model, self.chat, self.options, cache) = (model, chat, options, Cache())
        state = Mutex(State(system: system))
    }

    /// The conversation so far, without the system message.
    public var messages: [ChatMessage] { state.withLock { $0.messages } }

    /// What the model is told before the conversation; nil where the template decides.
    public var system: String? { state.withLock { $0.system } }

    /// The number of tokens of the conversation whose keys and values are held.
    ///
    /// - Precondition: no answer is being made.
    public var cachedTokens: Int { cache.prompt.tokens.count }

    /// Begins a new conversation, with the same or another system message.
    ///
    /// - Throws: `ChatError` while an answer is being made.
    public func reset(system: String?) throws {
        try change { ($0.system, $0.messages, $0.continued) = (system, [], "") }
    }

    /// Takes back the last message and its answer.
    ///
    /// - Returns: the message, or nil where there is none.
    /// - Throws: `ChatError` while an answer is being made.
    public func undo() throws -> String? {
        try change { state in
            let messages = state.messages
            guard messages.count >= 2, case .text(let asked)? = messages[messages.count - 2].content else { return nil }
            state.messages.removeLast(2)
            return asked
        }
    }

    /// Adds a message, and the model's answer to it as a stream of text. If the reader stops, what was said so far
    /// stays in the conversation, and a message without any answer is taken back. If the message cannot be rendered, encoded or answered, the stream throws, and the
    /// conversation is as it was.
    public func streamResponse(to message: String) -> TextStream {
        TextStream(model.queue) { try self.ask(message) }
    }

    /// Adds a message, and returns the model's answer to it.
    ///
    /// - Throws: `ChatError`, `TemplateError` or `GenerationError` if the message cannot be rendered, encoded or
    ///   answered; the conversation is then as it was.
    @discardableResult public func respond(to message: String) async throws -> String {
        try await streamResponse(to: message).collect()
    }

    /// Adds a message; the turn that is returned makes the answer, on the caller's thread.
    ///
    /// - Parameter text: the message; an empty one continues the last text, where texts are continued.
    /// - Throws: `ChatError` if the context is too small or an answer is being made, and what keeps the conversation
    ///   from being rendered or encoded.
    public func ask(_ text: String) throws -> ChatTurn {
        let before = try state.withLock { state in
            if state.isAnswering { throw ChatError.answering }
            state.isAnswering = true
            return state
        }
        do {
            let asked = before.messages + [ChatMessage(role: "user", text)]
            let prompt =
                try chat.map { try $0.promptTokens(withSystem(before.system, asked), options: options.template) }
                ?? start(of: text, before.continued)
            guard prompt.count < model.contextLength else {
                throw ChatError.contextFull(
                    tokens: prompt.count, context: model.contextLength, hasEarlier: !before.messages.isEmpty)
            }
            let stop =
                chat?.stopConditions(maxTokens: options.maxTokens)
                ?? model.stopConditions(maxTokens: options.maxTokens)
            let generation = try model.generate(
                GenerationOptions(
                    prompt: prompt, sampling: options.sampling, stop: stop, computeType: options.computeType,
                    cacheType: options.cacheType, stream: before.answers), reusing: cache.prompt)
            return ChatTurn(generation) { answer in self.end(asked, text, answer) }
        } catch {
            state.withLock { $0.isAnswering = false }
            throw error
        }
    }

    /// - Parameter answer: nil where there is none, so that the message is taken back.
    private func end(_ asked: [ChatMessage], _ text: String, _ answer: String?) {
        state.withLock { state in
            state.isAnswering = false
            guard let answer else { return }
            state.answers += 1
            if chat != nil {
                state.messages = asked + [ChatMessage(role: "assistant", answer)]
            } else {
                state.continued = (text.isEmpty ? state.continued : text) + answer
            }
        }
    }

    /// The number of tokens of the conversation as the model would read it now, and the number that it can read.
    ///
    /// - Throws: what keeps the conversation from being rendered or encoded.
    public func tokenCounts() throws -> (used: Int, context: Int) {
        var options = options.template
        options.addGenerationPrompt = false
        let now = state.withLock { $0 }, all = withSystem(now.system, now.messages)
        let used =
            try chat.map { all.isEmpty ? 0 : try $0.promptTokens(all, options: options).count }
            ?? model.promptTokens(now.continued).count
        return (used, model.contextLength)
    }

    private func change<R: Sendable>(_ body: (inout sending State) throws -> R) throws -> R {
        try state.withLock { state in
            if state.isAnswering { throw ChatError.answering }
            return try body(&state)
        }
    }

    private func withSystem(_ system: String?, _ messages: [ChatMessage]) -> [ChatMessage] {
        (system.map { [ChatMessage(role: "system", $0)] } ?? []) + messages
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
