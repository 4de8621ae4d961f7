import Kernels
import OrreryGeneration
import OrreryTemplates
import OrreryTerminal
import OrreryTokenizers

/// A conversation as it goes on: its messages, and the keys and values of what the model has read.
final class ChatSession {
    struct Answer {
        let text: String
        let generation: Generation
    }

    let chat: ChatModel
    private(set) var messages: [ChatMessage] = []
    private(set) var system: String?
    private let options: ChatTemplate.Options
    private let sampling: SamplingOptions
    private let maxTokens: Int
    private let computeType: ElementType
    private let cacheType: CacheType
    private let cache = PromptCache()
    /// Answers so far: each has random numbers of its own.
    private var answers: UInt64 = 0

    init(
        _ chat: ChatModel, system: String?, options: ChatTemplate.Options, sampling: SamplingOptions, maxTokens: Int, computeType: ElementType,
        cacheType: CacheType
    ) {
        (self.chat, self.system, self.options, self.sampling) = (chat, system, options, sampling)
        (self.maxTokens, self.computeType, self.cacheType) = (maxTokens, computeType, cacheType)
    }

    /// Tokens of the conversation whose keys and values are held.
    var cachedTokens: Int { cache.tokens.count }

    /// Begins anew, with the same or another system message.
    func reset(system: String?) { (self.system, messages) = (system, []) }

    /// Adds a message and the model's answer to it. If the interrupt ends the answer, what there is of it stays.
    ///
    /// - Throws: what keeps the conversation from being rendered or encoded; the message is then taken back.
    func answer(_ text: String, interrupt: InterruptFlag, show: (String) throws -> Void) throws -> Answer {
        let asked = messages + [ChatMessage(role: "user", text)]
        let all = (system.map { [ChatMessage(role: "system", $0)] } ?? []) + asked
        let prompt = try chat.promptTokens(all, options: options)
        let model = chat.model
        var stop = model.stopConditions(maxTokens: maxTokens, stopStrings: chat.stopStrings)
        stop.endTokens.formUnion(chat.endTokens)
        let generation = try model.generate(
            GenerationOptions(prompt: prompt, sampling: sampling, stop: stop, computeType: computeType, cacheType: cacheType, stream: answers), reusing: cache)
        answers += 1
        var answer = ""
        func add(_ text: String) throws {
            answer += text
            try show(text)
        }
        PromptReading.run(
            generation.options.prompt.count, isStopped: { interrupt.isRaised }, advance: { generation.advance() }, done: { generation.cachedPositions })
        while !interrupt.isRaised, let step = try generation.next() { try add(step.text) }
        try add(generation.cancel())
        messages = asked + [ChatMessage(role: "assistant", answer)]
        return Answer(text: answer, generation: generation)
    }

    /// Tokens of the conversation as the model would read it now, and how many it can read.
    func tokenCounts() throws -> (used: Int, context: Int) {
        var options = options
        options.addGenerationPrompt = false
        let all = (system.map { [ChatMessage(role: "system", $0)] } ?? []) + messages
        return (all.isEmpty ? 0 : try chat.promptTokens(all, options: options).count, chat.model.contextLength)
    }
}
