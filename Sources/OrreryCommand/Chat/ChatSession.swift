import Kernels
import OrreryGeneration
import OrreryTemplates
import OrreryTerminal
import OrreryTokenizers

/// A conversation as it continues: its messages, and the keys and values of what the model has read. With a model that
/// has no chat template each message is the start of a text that the model continues.
final class ChatSession {
    struct Answer {
        let text: String
        let generation: Generation
    }

    /// More tokens than the model can read.
    struct ContextFull: Error, CustomStringConvertible {
        let tokens: Int, context: Int
        /// Whether there are earlier messages, without which there might be room.
        let hasEarlier: Bool

        var description: String {
            "the \(hasEarlier ? "conversation" : "message") has \(Human.number(tokens, "token")), and the model can read \(Human.exact(context)), its answer included"
        }
    }

    let model: TextModel
    /// nil where texts are continued.
    let chat: ChatModel?
    let maxTokens: Int
    private(set) var messages: [ChatMessage] = []
    private(set) var system: String?
    private let options: ChatTemplate.Options
    private let sampling: SamplingOptions
    private let computeType: ElementType
    private let cacheType: CacheType
    private let cache = PromptCache()
    /// Answers so far: each has random numbers of its own.
    private var answers: UInt64 = 0
    /// The text that was continued last, with its continuation.
    private var continued = ""

    init(
        _ model: TextModel, _ chat: ChatModel?, system: String?, options: ChatTemplate.Options,
        sampling: SamplingOptions, maxTokens: Int,
        computeType: ElementType, cacheType: CacheType
    ) {
        (self.model, self.chat, self.system, self.options, self.sampling) = (model, chat, system, options, sampling)
        (self.maxTokens, self.computeType, self.cacheType) = (maxTokens, computeType, cacheType)
    }

    /// Tokens of the conversation whose keys and values are held.
    var cachedTokens: Int { cache.tokens.count }

    /// Begins anew, with the same or another system message.
    func reset(system: String?) { (self.system, messages, continued) = (system, [], "") }

    /// Takes back the last message and its answer.
    ///
    /// - Returns: the message, or nil where there is none.
    func undo() -> String? {
        guard messages.count >= 2, case .text(let asked)? = messages[messages.count - 2].content else { return nil }
        messages.removeLast(2)
        return asked
    }

    /// Adds a message and the model's answer to it. If the interrupt ends the answer, what there is of it stays.
    ///
    /// - Parameter text: nothing continues the last text, where texts are continued.
    /// - Throws: what keeps the conversation from being rendered or encoded; the message is then taken back.
    func answer(_ text: String, interrupt: InterruptFlag, show: (String) throws -> Void) throws -> Answer {
        let asked = messages + [ChatMessage(role: "user", text)]
        let prompt = try chat.map { try $0.promptTokens(withSystem(asked), options: options) } ?? start(of: text)
        guard prompt.count < model.contextLength else {
            throw ContextFull(tokens: prompt.count, context: model.contextLength, hasEarlier: !messages.isEmpty)
        }
        var stop = model.stopConditions(maxTokens: maxTokens, stopStrings: chat?.stopStrings ?? [])
        stop.endTokens.formUnion(chat?.endTokens ?? [])
        let generation = try model.generate(
            GenerationOptions(
                prompt: prompt, sampling: sampling, stop: stop, computeType: computeType, cacheType: cacheType,
                stream: answers), reusing: cache)
        answers += 1
        var answer = ""
        func add(_ text: String) throws {
            answer += text
            try show(text)
        }
        PromptReading.run(
            generation.options.prompt.count, isStopped: { interrupt.isRaised }, advance: { generation.advance() },
            done: { generation.cachedPositions })
        while !interrupt.isRaised, let step = try generation.next() { try add(step.text) }
        try add(generation.cancel())
        if chat != nil {
            messages = asked + [ChatMessage(role: "assistant", answer)]
        } else {
            continued = (text.isEmpty ? continued : text) + answer
        }
        return Answer(text: answer, generation: generation)
    }

    /// Tokens of the conversation as the model would read it now, and how many it can read.
    func tokenCounts() throws -> (used: Int, context: Int) {
        var options = options
        options.addGenerationPrompt = false
        let all = withSystem(messages)
        let used =
            chat == nil
            ? try model.promptTokens(continued).count
            : all.isEmpty ? 0 : try chat!.promptTokens(all, options: options).count
        return (used, model.contextLength)
    }

    private func withSystem(_ messages: [ChatMessage]) -> [ChatMessage] {
        (system.map { [ChatMessage(role: "system", $0)] } ?? []) + messages
    }

    /// The tokens of a text to continue: of the last one so many that half of the context is left.
    private func start(of text: String) throws -> [TokenID] {
        guard text.isEmpty else { return try model.promptTokens(text) }
        let all = try model.promptTokens(continued), most = max(1, model.contextLength / 2)
        guard all.count > most else { return all }
        // What begins every text stays: Gemma writes nonsense without it.
        let marks = all.prefix(most - 1).prefix { model.tokenizer.addedTokens.isSpecial($0) }
        return Array(marks + all.dropFirst(marks.count).suffix(most - marks.count))
    }
}
