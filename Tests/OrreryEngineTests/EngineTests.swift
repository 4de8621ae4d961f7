import Kernels
import OrreryEngine
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTokenizers
import Testing

/// What an engine makes of requests is what each makes alone, bit for bit, whatever else goes on.
@Suite(.serialized) struct EngineTests {
    /// A text and all that is reported of it.
    struct Text: Equatable {
        var tokens: [TokenID] = []
        var text = ""
        var finishReason: FinishReason?
        var logProbabilities: [UInt64] = []
    }

    static func alone(_ model: TextModel, _ options: GenerationOptions, choice: Int = 0) throws -> Text {
        var options = options
        options.sampling.seed &+= UInt64(choice)
        let generation = try model.generate(options)
        var text = Text()
        while true {
            let row = generation.logits()
            guard let step = try generation.next() else { break }
            text.tokens.append(step.token)
            text.text += step.text
            text.finishReason = step.finishReason
            text.logProbabilities.append(
                LogProbabilities(row, chosen: step.token, top: 0).chosen.logProbability.bitPattern)
        }
        return text
    }

    static func read(_ engine: Engine, _ request: EngineRequest) async throws -> ([Text], EngineUsage) {
        var texts = [Text](repeating: Text(), count: request.choices), usage: EngineUsage?
        for try await event in engine.generate(request) {
            switch event {
            case .began, .prompt, .traced: break
            case .token(let choice, let step, let probabilities):
                texts[choice].tokens.append(step.token)
                texts[choice].text += step.text
                texts[choice].finishReason = step.finishReason
                if let probabilities {
                    texts[choice].logProbabilities.append(probabilities.chosen.logProbability.bitPattern)
                }
            case .slid: Issue.record("nothing should slide")
            case .completed(let found): usage = found
            }
        }
        return (texts, try #require(usage))
    }

    /// Prompts that begin alike in many ways, and others.
    static func requests(
        _ model: TextModel, seed: UInt64, count: Int, type: ElementType, _ cache: CacheType
    ) throws
        -> [EngineRequest]
    {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz .")
        func letters(_ n: Int) -> String { String((0 ..< n).map { _ in alphabet[random.below(alphabet.count)] }) }
        let stems = (0 ..< 3).map { _ in letters(150) }
        return try (0 ..< count).map { index in
            let prompt = String(stems[random.below(3)].prefix(random.below(150))) + letters(1 + random.below(60))
            var sampling = SamplingOptions(
                temperature: index % 4 == 0 ? 0 : 1.2, topK: index % 3 == 0 ? 9 : 0, presencePenalty: 0.2,
                seed: UInt64(index))
            if index % 6 == 1 { (sampling.mirostat, sampling.mirostatTau) = (1 + index % 12 / 6, 3) }
            if index % 6 == 5 {
                (sampling.dryMultiplier, sampling.dryPenaltyLastN, sampling.logitBias) = (0.8, -1, [4: 2, 7: -100])
                (sampling.dynatempRange, sampling.topNSigma, sampling.typicalP) = (0.5, 2, 0.9)
                (sampling.xtcProbability, sampling.xtcThreshold) = (0.5, 0.05)
            }
            let options = GenerationOptions(
                prompt: try model.promptTokens(prompt),
                sampling: sampling,
                stop: model.stopConditions(
                    maxTokens: 1 + random.below(90), stopStrings: index % 5 == 0 ? ["e", "q"] : []),
                computeType: type, cacheType: cache)
            return EngineRequest(options, choices: index % 7 == 3 ? 3 : 1, logProbabilities: 0)
        }
    }

    struct Setting: CustomTestStringConvertible, Sendable {
        var model: TestModel
        var type = ElementType.float32
        var cache = CacheType.float32
        var sequences = 16
        var chunk = 256
        var threads = 2
        /// Pages of all layers that fit into the memory.
        var pages = 10_000
        /// Tokens that are guessed ahead.
        var draft = 8
        var testDescription: String {
            "\(model.name), \(type), \(cache), \(sequences) sequences, pieces of \(chunk), \(threads) threads, \(pages) pages, \(draft) guesses"
        }

        static let all: [Setting] = TestModel.all.flatMap { model in
            [
                Setting(model: model), Setting(model: model, draft: 0), Setting(model: model, sequences: 1, draft: 100),
                Setting(model: model, sequences: 3, chunk: 1),
                Setting(model: model, chunk: 64, threads: 1), Setting(model: model, sequences: 8, pages: 12),
                Setting(model: model, sequences: 8, chunk: 50, pages: 7),
                Setting(model: model, type: .bfloat16, cache: .bfloat16), Setting(model: model, cache: .q8_0),
                Setting(model: model, cache: .float16, chunk: 33, pages: 20),
            ]
        }
    }

    @Test(arguments: Setting.all) func textsAreThoseOfEachAlone(_ setting: Setting) async throws {
        let model = try setting.model.make()
        let processor = Processor(Processor.current.instructionSet, threads: setting.threads)
        let requests = try Self.requests(model, seed: 7, count: 30, type: setting.type, setting.cache)
        let sample = try #require(model.makeState(capacity: 1, type: setting.cache) as? KeyValueCache)
        let engine = try Processor.$current.withValue(processor) {
            try Engine(
                model,
                EngineConfiguration(
                    computeType: setting.type, cacheType: setting.cache,
                    cacheMemory: setting.pages * sample.pagesByteCount, maxSequences: setting.sequences,
                    prefillChunk: setting.chunk, prefillChunkWhileDecoding: setting.chunk, maxDraft: setting.draft))
        }
        let found = try await withThrowingTaskGroup { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await Self.read(engine, request)) }
            }
            return try await group.reduce(into: [Int: ([Text], EngineUsage)]()) { $0[$1.0] = $1.1 }
        }
        for (index, request) in requests.enumerated() {
            let (texts, usage) = try #require(found[index])
            for choice in 0 ..< request.choices {
                #expect(
                    try texts[choice] == Self.alone(model, request.options, choice: choice),
                    "request \(index), \(choice)")
            }
            #expect(usage.promptTokens == request.options.prompt.count)
            #expect(usage.cachedTokens < usage.promptTokens)
            let ends = texts.count { $0.tokens.last.map(model.endTokens.contains) ?? false }
            #expect(usage.completionTokens == texts.reduce(0) { $0 + $1.tokens.count } - ends)
        }
        let statistics = engine.statistics
        #expect(statistics.completed == requests.count && statistics.running == 0 && statistics.waiting == 0)
        #expect(statistics.cachedTokens > 0)
        #expect((statistics.acceptedTokens > 0) == (setting.draft > 0))
        #expect(statistics.acceptedTokens < statistics.draftedTokens || setting.draft == 0)
        #expect(setting.pages > 15 || statistics.evictions > 0, "too much memory to prove anything")
        #expect(setting.pages > 10 || statistics.preemptions > 0, "too much memory to prove anything")
        #expect(statistics.cacheBytes <= statistics.cacheLimit + 8 * sample.pagesByteCount)
        await engine.clearCache()
    }

    @Test func theSecondTimeNothingButTheLastTokenIsComputed() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let options = GenerationOptions(
            prompt: try model.promptTokens(String(repeating: "the quick brown fox ", count: 9)),
            sampling: .greedy, stop: model.stopConditions(maxTokens: 5))
        let (first, once) = try await Self.read(engine, EngineRequest(options))
        let (second, twice) = try await Self.read(engine, EngineRequest(options))
        #expect(first == second)
        #expect(once.cachedTokens == 0 && twice.cachedTokens == 179)
        let (third, without) = try await Self.read(engine, EngineRequest(options, usesCache: false))
        #expect(third == first && without.cachedTokens == 0)
    }

    @Test func aReaderWhoLeavesEndsTheRequest() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let options = GenerationOptions(
            prompt: try model.promptTokens("abc"), stop: StopConditions(maxTokens: 390))
        for try await event in engine.generate(EngineRequest(options)) {
            if case .token = event { break }
        }
        // A request of the same engine begins in a later pass than the one that has seen that the reader is gone.
        _ = try await Self.read(
            engine,
            EngineRequest(
                GenerationOptions(
                    prompt: try model.promptTokens("abd"), stop: StopConditions(maxTokens: 5))))
        #expect(engine.statistics.ended == 1 && engine.statistics.completed == 1)
        #expect(engine.statistics.completionTokens < 100)
    }

    @Test func refusalsSayWhatWasExpected() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(
            model, EngineConfiguration(computeType: .float32, cacheType: .float32, cacheMemory: 100_000, maxQueue: 1))
        func message(_ request: EngineRequest) async -> String {
            do {
                for try await _ in engine.generate(request) {}
                return "nothing"
            } catch { return "\(error)" }
        }
        let prompt = try model.promptTokens("abc")
        #expect(
            await message(EngineRequest(GenerationOptions(prompt: prompt, stop: StopConditions(maxTokens: 300))))
                == "the prompt and its answer need 0.2 MB of keys and values; expected at most `cacheMemory`, 0.1 MB: ask for fewer tokens, or give the cache more memory"
        )
        #expect(
            await message(EngineRequest(GenerationOptions(prompt: prompt, sampling: SamplingOptions(topP: 2))))
                == "`topP` is 2.0; expected 0 ... 1, where 1 keeps all tokens")
        #expect(
            await message(
                EngineRequest(
                    GenerationOptions(prompt: prompt, stop: StopConditions(maxTokens: 2)), deadline: .now))
                == "the request was not done by its deadline")
        engine.stop()
        #expect(
            await message(EngineRequest(GenerationOptions(prompt: prompt))) == "the engine is shutting down")
    }

    /// What a request has taken is said once, also where its reader has gone or it fails.
    @Test func whatIsTakenIsCounted() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let (counted, told) = AsyncStream.makeStream(of: EngineUsage.self)
        func request(_ tenant: String, deadline: ContinuousClock.Instant? = nil) throws -> EngineRequest {
            let options = GenerationOptions(
                prompt: try model.promptTokens("the moon"), sampling: .greedy, stop: StopConditions(maxTokens: 380))
            var request = EngineRequest(options, tenant: tenant, deadline: deadline)
            request.onEnd = { told.yield($0) }
            return request
        }
        var events = counted.makeAsyncIterator()
        let (_, usage) = try await Self.read(engine, request("whole"))
        #expect(await events.next()?.completionTokens == usage.completionTokens && usage.completionTokens == 380)
        var seen = 0
        for try await event in engine.generate(try request("gone")) {
            if case .token = event { seen += 1 }
            if seen == 3 { break }
        }
        let gone = try #require(await events.next())
        #expect(gone.promptTokens == 8 && gone.completionTokens >= 3)
        await #expect(throws: EngineError.self) {
            _ = try await Self.read(engine, request("late", deadline: .now + .milliseconds(20)))
        }
        #expect(try #require(await events.next()).completionTokens < 380)
        let tenants = engine.statistics.tenants
        #expect(tenants.keys.sorted() == ["gone", "late", "whole"] && tenants.values.allSatisfy { $0.requests == 1 })
        #expect(tenants["whole"]?.completionTokens == 380 && tenants["whole"]?.promptTokens == 8)
        #expect(tenants["gone"]?.completionTokens == gone.completionTokens)
        #expect(tenants["whole"]?.timeBetweenTokens.counts.reduce(0, +) == 379)
    }

    /// A guess never reaches over the place where the context slides.
    @Test func guessesEndWhereTheContextSlides() async throws {
        let model = try TestModel.qwen3.make()
        let options = GenerationOptions(
            prompt: try model.promptTokens(String(repeating: "quick brown fox ", count: 20)),
            sampling: .greedy, stop: StopConditions(maxTokens: 300))
        func tokens(maxDraft: Int) async throws -> [TokenID] {
            let engine = try Engine(
                model, EngineConfiguration(computeType: .float32, cacheType: .float32, maxDraft: maxDraft))
            var tokens: [TokenID] = []
            for try await event in engine.generate(EngineRequest(options, overflow: .slide(sinks: 4))) {
                if case .token(_, let step, _) = event { tokens.append(step.token) }
            }
            return tokens
        }
        let plain = try await tokens(maxDraft: 0)
        for maxDraft in [1, 2, 3, 7, 20] { #expect(try await tokens(maxDraft: maxDraft) == plain, "\(maxDraft)") }
    }

    @Test func aFullContextSlides() async throws {
        let model = try TestModel.qwen3.make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        let prompt = try model.promptTokens(String(repeating: "the quick brown fox ", count: 30))
        let options = GenerationOptions(prompt: prompt, sampling: .greedy, stop: StopConditions(maxTokens: 300))
        var tokens: [TokenID] = [], slides: [(at: Int, dropped: Int)] = []
        for try await event in engine.generate(EngineRequest(options, overflow: .slide(sinks: 4))) {
            switch event {
            case .token(_, let step, _): tokens.append(step.token)
            case .slid(_, let dropped): slides.append((tokens.count, dropped))
            default: break
            }
        }
        #expect(tokens.count == 300)
        #expect(slides.map(\.at) == [0, 200] && slides.map(\.dropped) == [400, 200])
        // The text after a slide is that of a prompt which reads what was left.
        let kept = prompt.prefix(4) + prompt.suffix(196)
        let (texts, _) = try await Self.read(
            engine,
            EngineRequest(
                GenerationOptions(prompt: Array(kept), sampling: .greedy, stop: StopConditions(maxTokens: 199))))
        #expect(Array(tokens.prefix(199)) == texts[0].tokens)
    }

    /// Guesses begin anew with what is left of a text.
    @Test func aRepetitiveTextSlides() async throws {
        let model = try TestModel.qwen3.make()
        var options = GenerationOptions(
            prompt: try model.promptTokens("the quick brown fox "), sampling: .greedy,
            stop: StopConditions(maxTokens: 900))
        options.sampling.logitBias = [3: 12, 4: 12]
        var texts: [[TokenID]] = []
        for guesses in [0, 8] {
            let engine = try Engine(
                model, EngineConfiguration(computeType: .float32, cacheType: .float32, maxDraft: guesses))
            var tokens: [TokenID] = []
            for try await event in engine.generate(EngineRequest(options, overflow: .slide(sinks: 4))) {
                if case .token(_, let step, _) = event { tokens.append(step.token) }
            }
            #expect(engine.statistics.acceptedTokens > 0 || guesses == 0)
            texts.append(tokens)
        }
        #expect(texts[0].count == 900 && texts[0] == texts[1])
    }

    /// A text that ends with the token that outgrows its frequencies leaves pages to those of its own frequencies alone.
    @Test func aTextThatEndsAtTheStretch() async throws {
        var fields = TestModel.all[2].fields
        fields["rope_scaling"] = [
            "rope_type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4],
            "long_factor": [1.0, 2.0, 3.0, 4.0, 5.0], "original_max_position_embeddings": 30, "factor": 4.0,
        ]
        let model = try TestModel(name: "llama, longrope of 30", fields: fields).make()
        let engine = try Engine(model, EngineConfiguration(computeType: .float32, cacheType: .float32))
        func request(_ prompt: [TokenID], _ tokens: Int) -> EngineRequest {
            let options = GenerationOptions(
                prompt: prompt, sampling: .greedy, stop: StopConditions(maxTokens: tokens), computeType: .float32,
                cacheType: .float32)
            return EngineRequest(options, logProbabilities: 0)
        }
        let first = request(try model.promptTokens("the quick brown fox "), 11)
        let tokens = try await Self.read(engine, first).0[0].tokens
        let second = request(first.options.prompt + tokens + first.options.prompt.prefix(5), 20)
        #expect(try await Self.read(engine, second).0[0] == Self.alone(model, second.options))
    }
}
