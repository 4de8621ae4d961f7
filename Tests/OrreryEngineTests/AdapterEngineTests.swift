import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import Testing

/// Requests with different adapters in one engine: each text is that of its request alone.
@Suite(.serialized) struct AdapterEngineTests {
    private typealias Setting = EngineTests.Setting
    private static let settings = TestModel.all.flatMap { model in
        [
            Setting(model: model), Setting(model: model, chunk: 64, threads: 1),
            Setting(model: model, sequences: 8, pages: 12), Setting(model: model, sequences: 8, chunk: 50, pages: 7),
            Setting(model: model, type: .bfloat16, cache: .bfloat16),
        ]
    }

    @Test(arguments: settings) private func textsAreThoseOfEachAlone(_ setting: Setting) async throws {
        let base = try setting.model.make()
        let models = try [
            base, base.adapted(by: TestModel.adapter("a", base, seed: 1, rank: 2)),
            base.adapted(by: TestModel.adapter("b", base, seed: 2, rank: 5)),
        ]
        let processor = Processor(Processor.current.instructionSet, threads: setting.threads)
        var requests = try EngineTests.requests(base, seed: 8, count: 30, type: setting.type, setting.cache)
        for index in requests.indices { requests[index].adapter = models[index % 3].adapter }
        // The same prompt with each adapter shares nothing.
        for index in 3 ..< 6 { requests[index].options.prompt = requests[3].options.prompt }
        let sample = try #require(base.makeState(capacity: 1, type: setting.cache) as? KeyValueCache)
        let engine = try Processor.$current.withValue(processor) {
            try Engine(
                base,
                EngineConfiguration(
                    computeType: setting.type, cacheType: setting.cache,
                    cacheMemory: setting.pages * sample.pagesByteCount, maxSequences: setting.sequences,
                    prefillChunk: setting.chunk, prefillChunkWhileDecoding: setting.chunk, maxDraft: setting.draft))
        }
        let all = requests
        let found = try await withThrowingTaskGroup { group in
            for (index, request) in all.enumerated() {
                group.addTask { (index, try await EngineTests.read(engine, request).0) }
            }
            return try await group.reduce(into: [Int: [EngineTests.Text]]()) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            for choice in 0 ..< request.choices {
                #expect(
                    try found[index]?[choice]
                        == EngineTests.alone(models[index % 3], request.options, choice: choice),
                    "request \(index), \(choice)")
            }
        }
        #expect(found[3] != found[4] && found[4] != found[5])
        #expect(engine.statistics.cachedTokens > 0)
    }

    @Test func prefixesBelongToAnAdapter() async throws {
        let base = try TestModel.qwen3.make(), a = TestModel.adapter("a", base, seed: 1, rank: 2)
        let engine = try Engine(base, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let options = GenerationOptions(
            prompt: try base.promptTokens(String(repeating: "the quick brown fox ", count: 9)), sampling: .greedy,
            stop: base.stopConditions(maxTokens: 5))
        func cached(_ adapter: Adapter?) async throws -> Int {
            try await EngineTests.read(engine, EngineRequest(options, adapter: adapter)).1.cachedTokens
        }
        #expect(try await [cached(nil), cached(a), cached(a), cached(nil)] == [0, 0, 179, 179])
    }

    /// Keys and values that were computed with one adapter are of no use with another.
    @Test func aPromptCacheBelongsToAnAdapter() throws {
        let base = try TestModel.qwen3.make(),
            changed = try base.adapted(by: TestModel.adapter("a", base, seed: 1, rank: 2))
        let options = GenerationOptions(
            prompt: try base.promptTokens("the quick brown fox"), sampling: .greedy,
            stop: base.stopConditions(maxTokens: 5))
        let cache = PromptCache()
        for model in [base, changed, base] {
            let generation = try model.generate(options, reusing: cache)
            while try generation.next() != nil {}
            #expect(try generation.tokens == Array(options.prompt) + EngineTests.alone(model, options).tokens)
        }
    }

    @Test func aForeignAdapterIsRefused() async throws {
        let model = try TestModel.qwen3.make(), other = try TestModel.qwen3.make()
        let foreign = TestModel.adapter("pirate", other, seed: 1, rank: 2)
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let options = GenerationOptions(prompt: try model.promptTokens("abc"), stop: StopConditions(maxTokens: 2))
        do {
            for try await _ in engine.generate(EngineRequest(options, adapter: foreign)) {}
            Issue.record("expected an error")
        } catch {
            #expect("\(error)".contains("the adapter pirate was opened for another model"))
        }
        #expect(throws: GenerationError.self) { try model.adapted(by: foreign) }
    }
}
