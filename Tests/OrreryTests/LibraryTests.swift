import Foundation
import Orrery
import OrreryDemo
import Testing

/// What a program that imports the library does, on a model that it trains itself in a few steps.
@Suite struct LibraryTests {
    /// A small model of the embedded text, trained once.
    private static let directory = Task {
        let directory = FileManager.default.temporaryDirectory.path + "/orrery-library-\(UUID().uuidString)"
        var steps: [Training.Progress] = []
        for try await progress in Training(plan(steps: 6), text: corpus, into: directory) {
            steps.append(progress)
        }
        return (path: directory, steps: steps)
    }

    private static let corpus = DemoCorpus().text(minimumBytes: 60_000)

    private static func plan(steps: Int) -> TrainingPlan {
        var plan = TrainingPlan(model: ModelPlan(architecture: .qwen3, layers: 2, width: 32, heads: 2))
        (plan.steps, plan.batch, plan.microBatch, plan.context, plan.warmupSteps) = (steps, 4, 4, 64, 1)
        (plan.validateEvery, plan.computeType, plan.seed, plan.tokenizer) = (4, .float32, 1, "byte")
        return plan
    }

    static func trained() async throws -> TextModel { try await TextModel.open(directory.value.path) }
    private func model() async throws -> TextModel { try await Self.trained() }

    private let greedy = SamplingOptions.greedy

    @Test func trainingTellsEachStepOnce() async throws {
        let steps = try await Self.directory.value.steps
        #expect(steps.map(\.step) == [1, 2, 3, 4, 5, 6])
        #expect(steps.allSatisfy { $0.steps == 6 && $0.loss.isFinite && $0.tokensPerSecond > 0 })
        #expect(steps.map { $0.validationLoss != nil } == [false, false, false, true, false, true])
        #expect(steps.last!.loss < steps.first!.loss)
    }

    /// A reader that stops ends the run; resumed, it gives the weights of a run that nobody stopped.
    @Test func trainingContinuesWhereItsReaderStopped() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/orrery-stopped-\(UUID().uuidString)"
        for try await progress in Training(Self.plan(steps: 6), text: Self.corpus, into: directory)
        where progress.step == 2 { break }
        var last = 0
        while last < 6 {
            // The first part may still be writing what it has learnt.
            do {
                for try await progress in Training(resuming: directory, text: Self.corpus) { last = progress.step }
                last = 6
            } catch { try await Task.sleep(for: .milliseconds(20)) }
        }
        let weights = try [directory, await Self.directory.value.path].map {
            try Data(contentsOf: URL(fileURLWithPath: $0 + "/model.safetensors"))
        }
        #expect(weights[0] == weights[1])
    }

    @Test func trainingRefusesADirectoryInUse() async throws {
        let path = try await Self.directory.value.path
        await #expect {
            for try await _ in Training(Self.plan(steps: 2), text: Self.corpus, into: path) {}
        } throws: { "\($0)".contains("holds a run already; resume it with `resuming`") }
    }

    @Test func aStreamIsTheTextOfAGeneration() async throws {
        let model = try await model()
        let options = try model.options(for: "The ", maxTokens: 20, sampling: greedy)
        let generation = try model.generate(options)
        var expected = "", pieces: [String] = []
        while let step = try generation.next() { expected += step.text }
        for try await text in model.stream("The ", maxTokens: 20, sampling: greedy) { pieces.append(text) }
        #expect(pieces.joined() == expected && pieces.count > 1 && !pieces.contains(""))
        // Made anew at each reading, and by steps.
        let stream = model.stream(options)
        let again = [try await stream.collect(), try await stream.collect()]
        var steps: [Generation.Step] = []
        for try await step in stream.steps { steps.append(step) }
        #expect(again == [expected, expected] && steps.map(\.text).joined() == expected)
        #expect(steps.map(\.token) == Array(generation.completion) && steps.last?.finishReason == .length)
    }

    @Test func streamsSideBySideAreThoseOfOneAlone() async throws {
        let model = try await model(), prompts = ["The ", "A ", "In ", "Once "], greedy = greedy
        var alone: [String] = []
        for prompt in prompts {
            alone.append(try await model.stream(prompt, maxTokens: 24, sampling: greedy).collect())
        }
        let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, prompt) in prompts.enumerated() {
                group.addTask {
                    (index, try await model.stream(prompt, maxTokens: 24, sampling: greedy).collect())
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(prompts.indices.map { together[$0] } == alone)
    }

    @Test func aStreamThrowsWhatIsWrong() async throws {
        let model = try await model()
        await #expect(throws: GenerationError.self) {
            for try await _ in model.stream("A", sampling: SamplingOptions(temperature: -1)) {}
        }
        let task = Task {
            for try await _ in model.stream("A", maxTokens: nil, sampling: greedy) {
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aConversationKeepsItsTurns() async throws {
        let model = try await model()
        var options = ChatSession.Options(for: model, sampling: greedy, maxTokens: 12)
        options.template.addGenerationPrompt = true
        let chat = try model.chat(system: "S", template: "plain", options: options)
        let first = try await chat.respond(to: "Hello")
        #expect(chat.messages.map(\.role) == ["user", "assistant"] && chat.messages[1].content == .text(first))
        var pieces = 0
        for try await _ in chat.streamResponse(to: "More") {
            pieces += 1
            await #expect(throws: ChatError.self) { try await chat.respond(to: "at once") }
            break
        }
        #expect(pieces == 1)
        // What was said until the reader stopped stays.
        #expect(chat.messages.count == 4)
        #expect(try chat.undo() == "More")
        #expect(try await chat.respond(to: "More") == chat.lastAnswer)
        #expect(try chat.tokenCounts().used > 0)
        try chat.reset(system: nil)
        #expect(chat.messages.isEmpty && chat.system == nil)
        #expect(throws: ChatError.self) { try model.chat() }
        #expect(throws: ChatError.self) { try model.chat(template: "unheard-of") }
    }

    /// A message whose answer is stopped before its first token is taken back, whether it was read or not.
    @Test func aMessageWithoutAnAnswerIsTakenBack() async throws {
        let model = try await model()
        let chat = try model.chat(
            template: "plain", options: ChatSession.Options(for: model, sampling: greedy, maxTokens: 4))
        let first = try await chat.respond(to: "Hi"), used = try chat.tokenCounts().used
        for reads in [false, true] {
            let turn = try chat.ask("More")
            if reads { while turn.advance() {} }
            #expect(turn.cancel() == "" && turn.isTakenBack)
            #expect(chat.messages.count == 2 && chat.lastAnswer == first)
            #expect(try chat.tokenCounts().used == used)
        }
        let turn = try chat.ask("More")
        _ = try turn.next()
        turn.cancel()
        #expect(!turn.isTakenBack && chat.messages.count == 4)
    }

    /// A message that the model cannot read leaves the conversation as it was.
    @Test func aConversationIsFull() async throws {
        let model = try await model()
        let chat = try model.chat(
            template: "plain", options: ChatSession.Options(for: model, sampling: greedy, maxTokens: 4))
        await #expect {
            try await chat.respond(to: String(repeating: "word ", count: 100))
        } throws: { ($0 as? ChatError)?.isContextFull == true }
        #expect(chat.messages.isEmpty)
        _ = try await chat.respond(to: "Hi")
        #expect(chat.messages.count == 2)
    }

    @Test func logitsAndNextTokensAgree() async throws {
        let model = try await model(), text = "The "
        let logits = try await model.logits(text), next = try await model.nextTokens(after: text, count: 3)
        let tokens = try model.tokenizer.encode(text), V = model.model.shape.vocabularySize
        #expect(logits.shape == [tokens.count, V] && next.count == 3)
        let last = Array(logits.floats.suffix(V))
        #expect(next[0].logit == last.max() && next[0].logit == last[Int(next[0].token)])
        #expect(next[0].probability >= next[1].probability && next.allSatisfy { (0 ... 1).contains($0.probability) })
        let choice = try model.generate(model.options(for: text, maxTokens: 1, sampling: greedy)).next()
        #expect(choice?.token == next[0].token)
    }
}

extension ChatSession {
    fileprivate var lastAnswer: String? {
        if case .text(let text)? = messages.last?.content { text } else { nil }
    }
}

/// Activations by name, from a program's point of view.
@Suite struct CapturingTests {
    @Test func capturesAndPatches() async throws {
        let model = try await LibraryTests.trained(), text = "The ", tokens = try model.promptTokens(text)
        let plain = model(tokens).floats
        let captured = try await model.capture("blocks.*.hook_resid_post", "blocks.1.attn.hook_z", in: text)
        #expect(
            captured.keys.sorted() == ["blocks.0.hook_resid_post", "blocks.1.attn.hook_z", "blocks.1.hook_resid_post"])
        let z = try #require(captured["blocks.1.attn.hook_z"])
        #expect(z.shape == [tokens.count, model.model.shape.heads, model.model.shape.headSize])
        await #expect {
            try await model.capture("blocks.0.hook_resid_past", in: text)
        } throws: { "\($0)".contains("nearest are blocks.0.hook_resid_post") }
        // Points after the last layer are seen too.
        let end = try await model.capture("ln_final.hook_normalized", "hook_logits", in: text)
        #expect(end.keys.sorted() == ["hook_logits", "ln_final.hook_normalized"])
        // The captured tensor put back changes nothing; another changes the logits.
        func logits(with replacement: Tensor) throws -> [Float] {
            let hooks = Hooks(model.model.tapPoints)
            try hooks.write("blocks.1.attn.hook_z") { _, _ in replacement }
            return model(tokens, taps: hooks).floats
        }
        #expect(try logits(with: z) == plain)
        #expect(try logits(with: Tensor(zeros: z.shape)) != plain)
    }

    @Test func rowsCountFromTheEndToo() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        #expect(tensor[0].floats == [1, 2] && tensor[-1].floats == [5, 6] && tensor[-3].floats == [1, 2])
    }

    @Test func theCachedLoopIsThePlainOne() async throws {
        let model = try await LibraryTests.trained(),
            sampler = try Sampler(SamplingOptions(temperature: 0.7, topP: 0.9))
        var tokens = try model.promptTokens("The "), cached = tokens, unread = tokens
        let state = model.makeState(capacity: 40)
        while tokens.count < 40 {
            tokens.append(try sampler.sample(model(tokens)[-1], position: tokens.count))
            let next = try sampler.sample(model(unread, continuing: state)[-1], position: cached.count)
            cached.append(next)
            unread = [next]
        }
        #expect(cached == tokens)
    }
}
