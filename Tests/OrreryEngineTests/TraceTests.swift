import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers
import Testing

/// What requests show of their own computation, and that it changes nothing.
@Suite(.serialized) struct TraceTests {
    private static let everything = TraceOptions(
        candidates: 4, cache: true, layers: true,
        points: ["hook_embed", "blocks.*.hook_resid_post", "blocks.1.attn.hook_pattern", "hook_logits"])

    private static func configuration(chunk: Int = 256) -> EngineConfiguration {
        EngineConfiguration(
            computeType: .float32, cacheType: .float32, cacheMemory: 64 << 20, prefillChunk: chunk,
            prefillChunkWhileDecoding: chunk)
    }

    private static func trace(_ engine: Engine, _ request: EngineRequest) async throws -> (EngineTrace, [TokenID]) {
        var trace: EngineTrace?, tokens: [TokenID] = []
        for try await event in engine.generate(request) {
            switch event {
            case .traced(let found): trace = found
            case .token(0, let step, _): tokens.append(step.token)
            default: break
            }
        }
        return (try #require(trace), tokens)
    }

    private static func request(
        _ model: TextModel, _ prompt: String, maxTokens: Int = 5, _ trace: TraceOptions
    ) throws -> EngineRequest {
        let options = GenerationOptions(
            prompt: try model.promptTokens(prompt), sampling: SamplingOptions(topK: 9, seed: 3),
            stop: StopConditions(maxTokens: maxTokens))
        return EngineRequest(options, trace: trace)
    }

    /// Traced requests and others, at once.
    @Test(arguments: TestModel.all) func itChangesNoText(_ kind: TestModel) async throws {
        let model = try kind.make(), engine = try Engine(model, Self.configuration(chunk: 64))
        var requests = try EngineTests.requests(model, seed: 11, count: 16, type: .float32, .float32)
        for index in requests.indices where index % 2 == 1 { requests[index].trace = Self.everything }
        let found = try await withThrowingTaskGroup(of: (Int, [EngineTests.Text]).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await EngineTests.read(engine, request).0) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            for choice in 0 ..< request.choices {
                #expect(try found[index]?[choice] == EngineTests.alone(model, request.options, choice: choice))
            }
        }
    }

    /// Tensors are those of one pass over the whole text, to the bit, however the prompt was cut.
    @Test(arguments: TestModel.all, [64, 256]) func tensorsAreThoseOfTheModel(
        _ kind: TestModel, chunk: Int
    ) async throws {
        let model = try kind.make(), engine = try Engine(model, Self.configuration(chunk: chunk))
        let names = ["blocks.*.hook_resid_post", "blocks.0.attn.hook_z", "ln_final.hook_out"]
        var request = try Self.request(
            model, String(repeating: "the sun is a star ", count: 11), maxTokens: 1, TraceOptions(points: names))
        request.promptLogProbabilities = 0  // so that the final norm is computed of all rows
        let trace = try await Self.trace(engine, request).0
        let recorder = try Recorder(names, of: model.model.tapPoints), context = ForwardContext(taps: recorder)
        let prompt = request.options.prompt
        let state = model.makeState(capacity: prompt.count, type: .float32)
        _ = model.model.logits(Batch(prompt, continuing: state, outputs: .all), context)
        let pieces = Dictionary(grouping: trace.tensors, by: \.point)
        #expect(pieces.count == recorder.tensors.count && trace.leftOut.isEmpty)
        for (name, tensor) in recorder.tensors {
            let rows = try #require(pieces[name])
            #expect(rows.flatMap(\.values) == tensor.floats, "\(name)")
            #expect(rows.count > 1 || chunk == 256)
        }
    }

    @Test func candidatesAreThoseOfTheChoice() async throws {
        let model = try TestModel.qwen3.make(), engine = try Engine(model, Self.configuration())
        let request = try Self.request(model, "once upon a time", TraceOptions(candidates: 3))
        let (trace, tokens) = try await Self.trace(engine, request)
        #expect(trace.choices.count == 1 && trace.choices[0].map(\.chosen.token) == tokens)
        for step in trace.choices[0] {
            #expect(step.candidates.count == 3 && step.stages.map(\.filter) == [.temperature, .topK])
        }
        #expect(trace.passes.isEmpty && trace.tensors.isEmpty && trace.cache == nil && trace.machine == nil)
    }

    @Test func everyPartOfAPassIsTimed() async throws {
        var configuration = Self.configuration(chunk: 50)
        configuration.maxDraft = 0
        let model = try TestModel.qwen3.make(), engine = try Engine(model, configuration)
        let request = try Self.request(
            model, String(repeating: "ab c", count: 30), maxTokens: 3, TraceOptions(layers: true))
        let trace = try await Self.trace(engine, request).0
        #expect(trace.passes.map(\.firstPosition) == [0, 50, 100, 120, 121])
        #expect(trace.passes.map(\.rows).prefix(3) == [50, 50, 20])
        let layers = ["embedding", "layer 0", "layer 1", "layer 2"]
        #expect(
            trace.passes.map { $0.parts.map(\.name) } == [layers, layers]
                + Array(repeating: layers + ["output"], count: 3))
        for part in trace.passes.flatMap(\.parts) {
            #expect(part.seconds > 0 && part.bytes > 0 && part.leastSeconds > 0)
        }
        // A matrix of a layer is read once a pass, whatever its rows; keys and values up to the last one.
        let perPosition = 2 * 2 * 10 * 4
        #expect(trace.passes[1].parts[1].bytes - trace.passes[0].parts[1].bytes == 50 * perPosition)
        #expect(try #require(trace.machine).bandwidth > 0)
    }

    @Test func whyTokensWereComputed() async throws {
        let model = try TestModel.qwen3.make(), engine = try Engine(model, Self.configuration())
        let options = TraceOptions(cache: true), text = String(repeating: "the moon ", count: 20)
        func cache(_ prompt: String, _ change: (inout EngineRequest) -> Void = { _ in }) async throws -> CacheTrace {
            var request = try Self.request(model, prompt, maxTokens: 1, options)
            change(&request)
            return try #require(try await Self.trace(engine, request).0.cache)
        }
        let first = try await cache(text)
        #expect(first.reason == .nothingKept && first.cachedTokens == 0)
        let again = try await cache(text)
        #expect(again.reason == .lastToken && again.cachedTokens == 179 && again.tokensFromFiles == 0)
        let longer = try await cache(text + "and more")
        #expect(longer.reason == .keptUpTo(180) && longer.cachedTokens == 180)
        let other = try await cache(String(text.prefix(100)) + "xyz")
        let (kept, own) = try (model.promptTokens("h")[0], model.promptTokens("x")[0])
        #expect(text.dropFirst(100).first == "h", "the text has changed")
        #expect(other.reason == .differs(position: 100, kept: kept, prompt: own) && other.cachedTokens == 100)
        let unwanted = try await cache(text) { $0.usesCache = false }
        #expect(unwanted.reason == .notWanted && unwanted.cachedTokens == 0)
        let scored = try await cache(text) { $0.promptLogProbabilities = 0 }
        #expect(scored.reason == .promptProbabilities)
    }

    @Test func tensorsHaveALimit() async throws {
        let model = try TestModel.qwen3.make(), engine = try Engine(model, Self.configuration())
        let options = TraceOptions(points: ["blocks.*.hook_resid_post"], maxValues: 20 * 30)
        let trace = try await Self.trace(
            engine, try Self.request(model, "twenty letters as it", maxTokens: 1, options)
        ).0
        #expect(trace.tensors.map(\.point) == ["blocks.0.hook_resid_post"])
        #expect(trace.leftOut == ["blocks.1.hook_resid_post", "blocks.2.hook_resid_post"])
    }

    @Test func candidatesAndPassesHaveALimit() async throws {
        let model = try TestModel.qwen3.make(), engine = try Engine(model, Self.configuration())
        let options = TraceOptions(candidates: 5, layers: true, maxValues: 400)
        let trace = try await Self.trace(engine, try Self.request(model, "abc", maxTokens: 20, options)).0
        #expect(trace.choices[0].count == 8 && trace.passes.count == 4)
        #expect(trace.leftOut.sorted() == ["candidates", "layers"])
    }

    @Test func anUnknownPointIsRefused() async throws {
        let model = try TestModel.qwen3.make(), engine = try Engine(model, Self.configuration())
        await #expect(throws: TapError.self) {
            _ = try await Self.trace(
                engine, try Self.request(model, "a", TraceOptions(points: ["blocks.9.hook_resid_post"])))
        }
        await #expect(throws: EngineError.self) {
            _ = try await Self.trace(engine, try Self.request(model, "a", TraceOptions(candidates: 0)))
        }
    }
}
