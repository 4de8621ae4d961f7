import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers
import Testing

/// The log-probabilities of prompts are those of one pass over each, whatever else is computed and kept.
@Suite(.serialized) struct PromptProbabilityTests {
    struct Setting: CustomTestStringConvertible, Sendable {
        var model: TestModel
        var chunk = 256
        /// Pages of all layers that fit into the memory.
        var pages = 10_000
        var testDescription: String { "\(model.name), pieces of \(chunk), \(pages) pages" }

        static let all: [Setting] = TestModel.all.flatMap { model in
            [
                Setting(model: model), Setting(model: model, chunk: 1), Setting(model: model, chunk: 50),
                Setting(model: model, chunk: 50, pages: 12),
            ]
        }
    }

    /// One pass over a prompt, without an engine.
    private static func expected(_ model: TextModel, _ prompt: [TokenID], top: Int) -> [LogProbabilities] {
        let logits = model.model.logits(Batch(prompt), ForwardContext(computeType: .float32)), width = logits.width
        return logits.floats.withUnsafeBufferPointer { all in
            (0 ..< prompt.count - 1).map { row in
                LogProbabilities(
                    model.choosable(UnsafeBufferPointer(rebasing: all[row * width ..< (row + 1) * width])),
                    chosen: prompt[row + 1], top: top)
            }
        }
    }

    /// What is said of a request's prompt, and its text.
    private static func read(_ engine: Engine, _ request: EngineRequest) async throws -> ([[LogProbabilities]], String)
    {
        var prompts: [[LogProbabilities]] = [], text = "", hasBegun = false
        for try await event in engine.generate(request) {
            switch event {
            case .prompt(let found):
                #expect(!hasBegun, "the prompt comes before its text")
                prompts.append(found)
            case .token(let choice, let step, _):
                hasBegun = true
                if choice == 0 { text += step.text }
            case .began, .slid, .traced, .completed: break
            }
        }
        return (prompts, text)
    }

    @Test(arguments: Setting.all) func promptsAreThoseOfOnePass(_ setting: Setting) async throws {
        let model = try setting.model.make()
        var requests = try EngineTests.requests(model, seed: 9, count: 24, type: .float32, .float32)
        for index in requests.indices where index % 3 != 2 { requests[index].promptLogProbabilities = index % 3 * 4 }
        let sample = try #require(model.makeState(capacity: 1, type: .float32) as? KeyValueCache)
        let engine = try Engine(
            model,
            EngineConfiguration(
                computeType: .float32, cacheType: .float32, cacheMemory: setting.pages * sample.pagesByteCount,
                maxSequences: 8, prefillChunk: setting.chunk, prefillChunkWhileDecoding: setting.chunk))
        let found = try await withThrowingTaskGroup { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await Self.read(engine, request)) }
            }
            return try await group.reduce(into: [Int: ([[LogProbabilities]], String)]()) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            let (prompts, text) = try #require(found[index])
            if let top = request.promptLogProbabilities {
                #expect(prompts == [Self.expected(model, request.options.prompt, top: top)], "request \(index)")
            } else {
                #expect(prompts.isEmpty)
            }
            #expect(try text == EngineTests.alone(model, request.options).text, "request \(index)")
        }
        #expect(setting.pages > 100 || engine.statistics.evictions > 0, "too much memory to prove anything")
    }

    @Test func whatIsKeptOfAPromptDoesNotHideIt() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        var request = EngineRequest(
            GenerationOptions(
                prompt: try model.promptTokens(String(repeating: "the quick brown fox ", count: 9)),
                sampling: .greedy, stop: model.stopConditions(maxTokens: 5)))
        let (_, text) = try await Self.read(engine, request)
        request.promptLogProbabilities = 3
        for _ in 0 ..< 2 {
            let (prompts, again) = try await Self.read(engine, request)
            #expect(again == text)
            #expect(prompts == [Self.expected(model, request.options.prompt, top: 3)])
        }
        request.options.prompt = Array(request.options.prompt.prefix(1))
        #expect(try await Self.read(engine, request).0 == [[]])
        request.overflow = .slide(sinks: 2)
        await #expect(throws: EngineError.self) { try await Self.read(engine, request) }
    }
}
