import OrreryGeneration
import OrreryTokenizers
import Testing

/// The penalties are those of the references: frozen numbers of transformers 5's `RepetitionPenaltyLogitsProcessor` on
/// torch's float32, and OpenAI's formula in numpy's float32.
@Suite struct TokenPenaltyTests {
    private let logits: [Float] = [2.5, -1.25, 0, 3.75, -0.3, 1.1, -.infinity, 0.7]
    private let prompt: [TokenID] = [3, 1, 3, 6]

    private func penalized(_ options: SamplingOptions, _ generated: [TokenID]) -> [Float] {
        var penalties = TokenPenalties(options, prompt: prompt)
        for token in generated { penalties.append(token) }
        return penalties.applied(to: logits)
    }

    private static let repetitions: [(penalty: Double, logits: [Float])] = [
        (
            1.3,
            [
                2.5, -1.625, 0, 2.884615421295166, -0.30000001192092896, 0.8461539149284363, -.infinity,
                0.699999988079071,
            ]
        ),
        (0.8, [2.5, -1, 0, 4.6875, -0.30000001192092896, 1.375, -.infinity, 0.699999988079071]),
        (1, [2.5, -1.25, 0, 3.75, -0.30000001192092896, 1.100000023841858, -.infinity, 0.699999988079071]),
    ]

    @Test(arguments: repetitions) func repetitionCountsTheWholeSequence(_ penalty: Double, _ expected: [Float]) {
        #expect(penalized(SamplingOptions(repetitionPenalty: penalty), [2, 5]) == expected)
    }

    /// The prompt's tokens 1 and 3 are left alone.
    @Test func frequencyAndPresenceCountWhatWasGenerated() {
        #expect(
            penalized(SamplingOptions(frequencyPenalty: 0.4, presencePenalty: 0.6), [2, 5, 5, 7])
                == [2.5, -1.25, -1, 3.75, -0.30000001192092896, -0.30000007152557373, -.infinity, -0.30000001192092896])
    }

    @Test func repetitionComesFirst() {
        #expect(
            penalized(
                SamplingOptions(repetitionPenalty: 1.3, frequencyPenalty: 0.4, presencePenalty: 0.6), [2, 5, 5, 7])
                == [
                    2.5, -1.625, -1, 2.884615421295166, -0.30000001192092896, -0.5538461804389954, -.infinity,
                    -0.4615384340286255,
                ])
    }

    /// A token that is in the prompt and was generated too has both.
    @Test func promptTokensCountOnceGenerated() {
        #expect(penalized(SamplingOptions(presencePenalty: 1), [3, 3])[3] == 2.75)
        #expect(penalized(SamplingOptions(frequencyPenalty: 1), [3, 3])[3] == 1.75)
    }

    /// Greedy, a high presence penalty never lets a token come twice.
    @Test func generationHeedsThem() throws {
        let model = try TestModels.text()
        func tokens(_ sampling: SamplingOptions) throws -> [TokenID] {
            let generation = try model.generate(
                GenerationOptions(
                    prompt: model.promptTokens("the quick"), sampling: sampling, stop: StopConditions(maxTokens: 20)))
            while generation.finishReason == nil {
                let explained = try generation.explainNext()
                // The explanation has the model's own numbers next to those that decide.
                let logits = generation.logits()
                #expect(explained.chosen.logit == logits[Int(explained.chosen.token)])
                #expect(try generation.next()?.token == explained.chosen.token)
            }
            return Array(generation.completion)
        }
        let presence = try tokens(SamplingOptions(temperature: 0, presencePenalty: 1000))
        #expect(Set(presence).count == presence.count)
        let repetition = try tokens(SamplingOptions(temperature: 0, repetitionPenalty: 1000))
        #expect(repetition != presence, "the prompt's tokens count too")
        #expect(try tokens(.greedy) != presence)
    }

    @Test(arguments: [
        (
            SamplingOptions(repetitionPenalty: 0),
            "`repetitionPenalty` is 0.0; expected 0.001 ... 1000, where 1 is none"
        ),
        (
            SamplingOptions(repetitionPenalty: .nan),
            "`repetitionPenalty` is nan; expected 0.001 ... 1000, where 1 is none"
        ),
        (
            SamplingOptions(frequencyPenalty: .infinity),
            "`frequencyPenalty` is inf; expected -1000 ... 1000, where 0 is none"
        ),
        (
            SamplingOptions(presencePenalty: .nan),
            "`presencePenalty` is nan; expected -1000 ... 1000, where 0 is none"
        ),
    ]) func outOfRange(options: SamplingOptions, expected: String) {
        #expect(message { _ = try Sampler(options) } == expected)
    }
}
