import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers
import Testing

/// Texts that are computed together are the texts that each seed gives alone, bit for bit.
@Suite struct SampleGroupTests {
    private func options(
        _ model: TextModel, _ prompt: String, seed: UInt64, maxTokens: Int = 20, type: ElementType = .float32,
        cache: CacheType? = nil
    ) throws -> GenerationOptions {
        GenerationOptions(
            prompt: try model.promptTokens(prompt),
            sampling: SamplingOptions(temperature: 1.5, presencePenalty: 0.3, seed: seed),
            stop: model.stopConditions(maxTokens: maxTokens), computeType: type, cacheType: cache)
    }

    private func alone(_ model: TextModel, _ options: GenerationOptions) throws -> [TokenID] {
        let generation = try model.generate(options)
        while try generation.next() != nil {}
        return generation.tokens
    }

    private func together(_ model: TextModel, _ options: GenerationOptions, count: Int) throws -> [[TokenID]] {
        let group = try SampleGroup(model, options, count: count)
        var text = [[TokenID]](repeating: options.prompt, count: count)
        while true {
            let steps = try group.next()
            if steps.isEmpty { break }
            for (sample, step) in steps { text[sample].append(step.token) }
        }
        #expect(group.generations.map(\.tokens) == text)
        #expect(group.generations.allSatisfy { $0.finishReason != nil })
        #expect(
            group.generations.map(\.timings.prefillTokens) == [options.prompt.count]
                + Array(repeating: 0, count: count - 1))
        return text
    }

    @Test(arguments: [1, 2, 5, 18]) func eachIsItsSeedsText(_ count: Int) throws {
        let model = try TestModels.text()
        for type in [ElementType.float32, .bfloat16] {
            let expected = try (0 ..< count).map {
                try alone(model, options(model, "the quick brown", seed: 100 + UInt64($0), type: type))
            }
            #expect(count == 1 || Set(expected).count > 1, "texts that do not differ prove nothing")
            #expect(count < 18 || Set(expected.map(\.count)).count > 1, "some should end before others")
            for threads in [1, 2] {
                let found = try Processor.$current.withValue(
                    Processor(Processor.current.instructionSet, threads: threads)
                ) {
                    try together(model, options(model, "the quick brown", seed: 100, type: type), count: count)
                }
                #expect(found == expected, "\(type), \(threads) threads")
            }
        }
    }

    @Test(arguments: CacheType.allCases) func keysAndValuesAreCopied(_ cache: CacheType) throws {
        let model = try TestModels.text()
        let expected = try (0 ..< 3).map {
            try alone(model, options(model, "a lazy dog", seed: 7 + UInt64($0), cache: cache))
        }
        #expect(try together(model, options(model, "a lazy dog", seed: 7, cache: cache), count: 3) == expected)
    }

    /// A ring of keys and values that has let go of the prompt's beginning, and goes on letting go.
    @Test func windows() throws {
        let tokenizer = try CharacterTokenizer(training: "abcdefghijklmnopqrstuvwxyz .\n", endOfText: "<|end|>")
        let json: JSONValue = [
            "model_type": "mistral", "vocab_size": JSONValue(tokenizer.vocabularySize), "hidden_size": 32,
            "intermediate_size": 48, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 1024,
            "sliding_window": 40,
        ]
        let made = try ModelDirectory.make(JSONFields(json, file: "config.json"), RandomWeights(seed: 3))
        let model = try TextModel(made, tokenizer: tokenizer)
        let prompt = String(repeating: "the quick brown fox ", count: 25)
        var wanted = try options(model, prompt, seed: 1, maxTokens: 120)
        wanted.stop.endTokens = []
        let expected = try (0 ..< 3).map { sample in
            var options = wanted
            options.sampling.seed += UInt64(sample)
            return try alone(model, options)
        }
        #expect(Set(expected).count == 3)
        #expect(try together(model, wanted, count: 3) == expected)
    }

    @Test func cancelling() throws {
        let model = try TestModels.text()
        let group = try SampleGroup(model, options(model, "the", seed: 4), count: 3)
        #expect(try group.next().count == 3)
        #expect(group.cancel().map(\.sample) == [0, 1, 2])
        #expect(group.generations.allSatisfy { $0.finishReason == .cancelled })
        let unread = try SampleGroup(model, options(model, "the", seed: 4), count: 3)
        #expect(unread.cancel().map(\.text) == [""])
        #expect(
            message { _ = try SampleGroup(model, options(model, "the", seed: 4), count: 0) }
                == "the number of samples is 0; expected at least 1")
    }
}
