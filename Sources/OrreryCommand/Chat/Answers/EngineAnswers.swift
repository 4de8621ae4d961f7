import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTokenizers

/// Answers of a model in this process, through the engine, which keeps what it has read.
final class EngineAnswers: AnswerSource {
    let title: String
    let modelName: String
    let prompts: ChatPrompts
    private let engine: Engine

    /// - Parameter cacheMemory: the bytes for keys and values; nil means half of what is available.
    init(_ prompts: ChatPrompts, title: String, name: String, cacheMemory: Int?) throws {
        self.title = title
        self.prompts = prompts
        modelName = name
        engine = try Engine(
            prompts.model,
            EngineConfiguration(
                computeType: prompts.options.computeType, cacheType: prompts.options.cacheType,
                cacheMemory: cacheMemory ?? AvailableMemory.bytes.map { $0 / 2 }))
    }

    var isChat: Bool { prompts.chat != nil }
    var maxTokens: Int { prompts.options.maxTokens }
    var contextLength: Int? { prompts.model.contextLength }
    var isGreedy: Bool { prompts.options.sampling.isGreedy }
    var options: JSONObject {
        ["max_tokens": JSONValue(maxTokens), "sampling": .object(prompts.options.sampling.json)]
    }

    func answer(
        to text: String, after conversation: Conversation, isStopped: @escaping () -> Bool
    ) throws -> any Answer {
        try begin(text, after: conversation, isStopped: isStopped)
    }

    func begin(
        _ text: String, after conversation: Conversation, isStopped: @escaping () -> Bool
    ) throws -> EngineAnswer {
        EngineAnswer(engine, try prompts.generation(of: text, after: conversation), isStopped: isStopped)
    }

    func tokenCount(of conversation: Conversation) throws -> Int? { try prompts.tokenCount(of: conversation) }
}

/// An answer that the engine makes.
final class EngineAnswer: Answer {
    let options: GenerationOptions
    /// The tokens of the answer, without one that ends it.
    private(set) var completion: [TokenID] = []
    private(set) var finishReason: String?
    /// What the engine says at the end; nil before.
    private(set) var measured: EngineUsage?
    private let engine: Engine
    private let isStopped: () -> Bool
    private let inbox = EventInbox<EngineEvent>()
    private let task: Task<Void, Never>
    private var cachedTokens: Int?
    /// The rows of prompts that the engine had read before.
    private let readBefore: Int

    init(_ engine: Engine, _ options: GenerationOptions, isStopped: @escaping () -> Bool) {
        self.engine = engine
        self.options = options
        self.isStopped = isStopped
        readBefore = engine.statistics.promptTokens
        let events = engine.generate(EngineRequest(options))
        task = Task { [inbox] in
            do {
                for try await event in events { inbox.put(event) }
                inbox.end()
            } catch { inbox.end(error) }
        }
    }

    deinit { task.cancel() }

    var usage: AnswerUsage {
        AnswerUsage(
            promptTokens: options.prompt.count, cachedTokens: measured?.cachedTokens ?? cachedTokens,
            completionTokens: completion.count)
    }

    var reading: (done: Int, total: Int)? {
        let read = engine.statistics.promptTokens - readBefore
        return (min(options.prompt.count, (cachedTokens ?? 0) + max(0, read)), options.prompt.count)
    }

    func next() throws -> AnswerPart? {
        while true {
            if isStopped() {
                cancel()
                throw CancellationError()
            }
            switch try inbox.take(within: 0.05) {
            case .nothing: continue
            case .ended: return nil
            case .event(.began(let cached)): cachedTokens = cached
            case .event(.completed(let usage)): measured = usage
            case .event(.token(_, let step, _)):
                if !options.stop.endTokens.contains(step.token) { completion.append(step.token) }
                if let reason = step.finishReason { finishReason = reason.rawValue }
                return .text(step.text)
            case .event: continue
            }
        }
    }

    func cancel() { task.cancel() }
}
