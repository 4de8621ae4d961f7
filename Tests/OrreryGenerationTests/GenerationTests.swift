import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers
import Testing

@Suite struct GenerationTests {
    private let prompt = "the quick brown fox"

    /// Every step of a generation.
    private func run(
        _ model: TextModel, _ options: GenerationOptions
    ) throws -> (steps: [Generation.Step], generation: Generation) {
        let generation = try model.generate(options)
        var steps: [Generation.Step] = []
        while let step = try generation.next() { steps.append(step) }
        return (steps, generation)
    }

    private func greedy(
        _ model: TextModel, maxTokens: Int? = 20, endTokens: Set<TokenID> = [], stop: [String] = [], chunk: Int = 256
    ) throws -> (steps: [Generation.Step], generation: Generation) {
        try run(
            model,
            GenerationOptions(
                prompt: model.promptTokens(prompt), sampling: .greedy,
                stop: StopConditions(endTokens: endTokens, maxTokens: maxTokens, stopStrings: stop),
                prefillChunk: chunk))
    }

    @Test func equalsTheLoopWithoutACache() throws {
        let model = try TestModels.text()
        var ids = try model.promptTokens(prompt)
        for _ in 0 ..< 20 {
            let row = model.model.logits(Batch(ids, outputs: .last), ForwardContext()).floats
            ids.append(TokenID(row.indices.max { (row[$0], -$0) < (row[$1], -$1) }!))
        }
        for chunk in [1, 7, 256] {
            let (steps, generation) = try greedy(model, chunk: chunk)
            #expect(generation.tokens == ids)
            #expect(steps.map(\.position) == Array(19 ..< 39))
            #expect(steps.map(\.finishReason) == Array(repeating: nil, count: 19) + [.length])
            #expect(generation.timings.prefillTokens == 19)
            #expect(generation.timings.decodeTokens == 19)
            #expect(try model.tokenizer.decode(generation.completion) == steps.map(\.text).joined())
        }
    }

    @Test func aFullContextEndsIt() throws {
        let model = try TestModels.text(contextLength: 32)
        let (steps, generation) = try greedy(model, maxTokens: nil)
        #expect(generation.tokens.count == 32)
        #expect(steps.count == 32 - 19)
        #expect(generation.finishReason == .length)
        #expect(try generation.next() == nil)
        #expect(!generation.advance())
        #expect(generation.logits() == [])
        #expect(try greedy(model, maxTokens: 1000).generation.tokens == generation.tokens)
        #expect(try greedy(model, maxTokens: 13).generation.tokens == generation.tokens)
        let full = [TokenID](repeating: 0, count: 32)
        #expect(
            message { _ = try model.generate(GenerationOptions(prompt: full)) }
                == "the prompt has 32 tokens; expected at most 31, since the context holds 32: shorten it, or choose a model with a longer context"
        )
        #expect(try run(model, GenerationOptions(prompt: Array(full.dropLast()))).steps.count == 1)
    }

    @Test func anEndTokenEndsIt() throws {
        let model = try TestModels.text()
        let all = try greedy(model).steps
        let end = all[5].token, first = all.firstIndex { $0.token == end }!
        let (steps, generation) = try greedy(model, endTokens: [end])
        #expect(steps.map(\.token) == all.prefix(first + 1).map(\.token))
        #expect(steps.last?.finishReason == .stop)
        #expect(steps.last?.text == "")
        #expect(Array(generation.completion) == all.prefix(first).map(\.token))
    }

    @Test func aStopStringEndsIt() throws {
        let model = try TestModels.text()
        let text = try greedy(model).steps.map(\.text).joined()
        let stop = String(text.dropFirst(4).prefix(3))
        let (steps, generation) = try greedy(model, stop: [stop, "#"])
        #expect(steps.map(\.text).joined() == text.prefix(upTo: text.firstRange(of: stop)!.lowerBound))
        #expect(generation.finishReason == .stop)
        #expect(steps.map(\.bytes).joined().elementsEqual(steps.map(\.text).joined().utf8))
    }

    @Test func seedsAndStreamsDecide() throws {
        let model = try TestModels.text()
        func text(_ seed: UInt64, stream: UInt64 = 0, chunk: Int = 256, threads: Int = 1) throws -> [TokenID] {
            try Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                try run(
                    model,
                    GenerationOptions(
                        prompt: model.promptTokens(prompt), sampling: SamplingOptions(temperature: 1.5, seed: seed),
                        stop: StopConditions(maxTokens: 30),
                        computeType: .bfloat16, stream: stream, prefillChunk: chunk)
                ).generation.tokens
            }
        }
        #expect(try text(1) == text(1, chunk: 3, threads: 2))
        #expect(try text(1) != text(2))
        #expect(try text(1) != text(1, stream: 1))
    }

    @Test func explainNextIsWhatNextDoes() throws {
        let model = try TestModels.text()
        let generation = try model.generate(
            GenerationOptions(
                prompt: model.promptTokens(prompt), sampling: SamplingOptions(temperature: 2, topK: 20, seed: 4),
                stop: StopConditions(maxTokens: 12)))
        while generation.finishReason == nil {
            let explained = try generation.explainNext()
            #expect(try generation.next()?.token == explained.chosen.token)
        }
    }

    @Test func cancellingGivesWhatWasHeldBack() throws {
        let model = try TestModels.text()
        let text = try greedy(model).steps.map(\.text).joined()
        let generation = try model.generate(
            GenerationOptions(
                prompt: model.promptTokens(prompt), sampling: .greedy,
                stop: StopConditions(stopStrings: [text.prefix(3) + "#"])))
        #expect(try generation.next()?.text == "")
        #expect(try generation.next()?.text == "")
        #expect(generation.cancel() == text.prefix(2))
        #expect(generation.finishReason == .cancelled)
        #expect(try generation.next() == nil)
        #expect(generation.cancel() == "")
    }

    @Test func textIsWholeCharacters() throws {
        var config = TestModels.qwen3
        config.vocabSize = 256
        config.maxPositionEmbeddings = 300
        let model = try TextModel(TestModels.make(config), tokenizer: ByteTokenizer())
        let (steps, generation) = try run(
            model,
            GenerationOptions(
                prompt: model.promptTokens("é"), sampling: SamplingOptions(temperature: 5),
                stop: StopConditions(maxTokens: 290)))
        #expect(steps.map(\.text).joined() == String(decoding: generation.completion.map { UInt8($0) }, as: UTF8.self))
        #expect(steps.contains { $0.text.isEmpty })
    }

    /// Rows of the table that the tokenizer has no token for are padding.
    @Test func padding() throws {
        var config = TestModels.qwen3
        config.vocabSize = 500
        let model = try TextModel(TestModels.make(config), tokenizer: CharacterTokenizer(training: "ab\n"))
        let (_, generation) = try run(
            model,
            GenerationOptions(
                prompt: [0], sampling: SamplingOptions(temperature: 10), stop: StopConditions(maxTokens: 60)))
        #expect(Set(generation.completion) == [0, 1, 2])
        config.vocabSize = 2
        #expect(
            message {
                _ = try TextModel(TestModels.make(config), tokenizer: CharacterTokenizer(training: "ab\n"), name: "m")
            }
                == "m: the tokenizer has 3 tokens, the model knows 2; expected the tokenizer that the model was trained with"
        )
    }

    @Test func promptsThatCannotBe() throws {
        let model = try TestModels.text()
        #expect(
            message { _ = try model.generate(GenerationOptions(prompt: [1, 400])) }
                == "token 1 of the prompt is 400; expected 0 to 29")
        #expect(
            message { _ = try model.generate(GenerationOptions(prompt: [-1])) }
                == "token 0 of the prompt is -1; expected 0 to 29")
        #expect(
            message { _ = try model.generate(GenerationOptions(prompt: [])) }?.hasPrefix("the prompt is empty") == true)
        #expect(
            message { _ = try model.generate(GenerationOptions(prompt: [1], prefillChunk: 0)) }
                == "the prefill chunk is 0; expected at least 1")
        #expect(message { _ = try model.promptTokens("aé") }?.contains("at byte 1") == true)
        #expect(try model.promptTokens("") == [model.tokenizer.endOfText!])
        #expect(try TestModels.text(endOfText: nil).promptTokens("") == [0])
        #expect(
            message { _ = try TestModels.text("abc", endOfText: nil).promptTokens("") }?.hasPrefix(
                "the prompt is empty") == true)
    }
}
