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
        var conversation: Conversation
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
        state = Mutex(State(conversation: Conversation(system: system)))
    }

    /// The conversation so far, without the system message.
    public var messages: [ChatMessage] { state.withLock { $0.conversation.messages } }

    /// What the model is told before the conversation; nil where the template decides.
    public var system: String? { state.withLock { $0.conversation.system } }

    /// The number of tokens of the conversation whose keys and values are held.
    ///
    /// - Precondition: no answer is being made.
    public var cachedTokens: Int { cache.prompt.tokens.count }

    /// Begins a new conversation, with the same or another system message.
    ///
    /// - Throws: `ChatError` while an answer is being made.
    public func reset(system: String?) throws {
        try change { $0.reset(system: system) }
    }

    /// Takes back the last message and its answer.
    ///
    /// - Returns: the message, or nil where there is none.
    /// - Throws: `ChatError` while an answer is being made.
    public func undo() throws -> String? {
        try change { $0.undo() }
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
            return state.conversation
        }
        do {
            let generation = try model.generate(
                prompts.generation(of: text, after: before), reusing: cache.prompt)
            return ChatTurn(generation) { answer in self.end(text, answer) }
        } catch {
            state.withLock { $0.isAnswering = false }
            throw error
        }
    }

    private var prompts: ChatPrompts { ChatPrompts(model, chat, options) }

    /// - Parameter answer: nil where there is none, so that the message is taken back.
    private func end(_ text: String, _ answer: String?) {
        state.withLock { state in
            state.isAnswering = false
            if let answer { state.conversation.add(text, answer: answer, isChat: chat != nil) }
        }
    }

    /// The number of tokens of the conversation as the model would read it now, and the number that it can read.
    ///
    /// - Throws: what keeps the conversation from being rendered or encoded.
    public func tokenCounts() throws -> (used: Int, context: Int) {
        (try prompts.tokenCount(of: state.withLock { $0.conversation }), model.contextLength)
    }

    private func change<R: Sendable>(_ body: (inout Conversation) throws -> R) throws -> R {
        try state.withLock { state in
            if state.isAnswering { throw ChatError.answering }
            return try body(&state.conversation)
        }
    }
}
