import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryNN
import OrreryTokenizers
import Testing

/// A draft model changes the passes, and no text.
@Suite(.serialized) struct DraftModelTests {
    private struct Setting: CustomTestStringConvertible, Sendable {
        var model: TestModel
        var draft: TestModel
        var sequences = 16
        var chunk = 256
        var pages = 10_000
        var maxDraft = 7
        var testDescription: String {
            "\(model.name) by \(draft.name), \(sequences) sequences, pieces of \(chunk), \(pages) pages, \(maxDraft) guesses"
        }
    }

    private static let settings = TestModel.all.flatMap { model in
        [
            Setting(model: model, draft: model), Setting(model: model, draft: model, sequences: 1, maxDraft: 20),
            Setting(model: model, draft: .qwen3, sequences: 2, chunk: 50),
            Setting(model: model, draft: TestModel.all[1], sequences: 3, chunk: 64, pages: 9),
        ]
    }

    @Test(arguments: settings) private func textsAreThoseOfEachAlone(_ setting: Setting) async throws {
        let model = try setting.model.make(),
            requests = try EngineTests.requests(
                model, seed: 21, count: 20, type: .float32, .float32)
        let sample = try #require(model.makeState(capacity: 1, type: .float32) as? KeyValueCache)
        var configuration = EngineConfiguration(
            computeType: .float32, cacheType: .float32, cacheMemory: setting.pages * sample.pagesByteCount,
            maxSequences: setting.sequences, prefillChunk: setting.chunk, prefillChunkWhileDecoding: setting.chunk,
            maxDraft: setting.maxDraft)
        configuration.draftModel = try setting.draft.make()
        configuration.draftConfidence = 0
        let engine = try Engine(model, configuration)
        let found = try await withThrowingTaskGroup(of: (Int, [EngineTests.Text]).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await EngineTests.read(engine, request).0) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            for choice in 0 ..< request.choices {
                #expect(
                    try found[index]?[choice] == EngineTests.alone(model, request.options, choice: choice),
                    "request \(index), \(choice)")
            }
        }
    }

    /// Where the draft model is the model itself, each of its guesses is right: by greedy choice and by lot.
    @Test(arguments: [0.0, 1.3]) func equalModelsAgree(_ temperature: Double) async throws {
        let model = try TestModel.qwen3.make()
        var configuration = EngineConfiguration(computeType: .float32, cacheType: .float32)
        configuration.draftModel = try TestModel.qwen3.make()
        configuration.draftConfidence = 0
        let engine = try Engine(model, configuration)
        let options = GenerationOptions(
            prompt: try model.promptTokens("the moon"), sampling: SamplingOptions(temperature: temperature, seed: 4),
            stop: StopConditions(maxTokens: 100), computeType: .float32, cacheType: .float32)
        let (texts, _) = try await EngineTests.read(engine, EngineRequest(options, logProbabilities: 0))
        #expect(try texts[0] == EngineTests.alone(model, options))
        let statistics = engine.statistics
        // The text itself may guess as well, and wrongly.
        #expect(statistics.draftedTokens > 30 && statistics.passes < 50)
    }

    @Test func aTextThatSlidesIsDraftedAnew() async throws {
        let model = try TestModel.qwen3.make()
        let options = GenerationOptions(
            prompt: try model.promptTokens(String(repeating: "quick brown fox ", count: 20)), sampling: .greedy,
            stop: StopConditions(maxTokens: 300))
        func tokens(_ draft: TextModel?) async throws -> [TokenID] {
            var configuration = EngineConfiguration(computeType: .float32, cacheType: .float32)
            configuration.draftModel = draft
            configuration.draftConfidence = 0
            let engine = try Engine(model, configuration)
            var tokens: [TokenID] = []
            for try await event in engine.generate(EngineRequest(options, overflow: .slide(sinks: 4))) {
                if case .token(_, let step, _) = event { tokens.append(step.token) }
            }
            return tokens
        }
        let plain = try await tokens(nil), drafted = try await tokens(TestModel.qwen3.make())
        #expect(plain.count == 300 && drafted == plain)
    }

    @Test func anotherVocabularyIsRefused() throws {
        let model = try TestModel.qwen3.make()
        var other = TestModel.qwen3
        other.alphabet = "abcdefghijklmnopqrstuvwxyz .!"
        var configuration = EngineConfiguration()
        configuration.draftModel = try other.make()
        let error = #expect(throws: EngineError.self) { try Engine(model, configuration) }
        #expect(error?.description.contains("another token") == true, "\(error?.description ?? "")")
    }
}
