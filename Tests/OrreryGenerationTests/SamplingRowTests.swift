import Foundation
import OrreryGeneration
import OrreryRandom
import OrreryTokenizers
import Testing

/// The steps that change logits: masks, logit bias and DRY.
@Suite struct SamplingRowTests {
    /// What the row makes of zeros after these tokens: the tokens whose logits it changed. Token 7 is "x", 8 "y", 9 ":".
    private func changed(
        _ tokens: [TokenID], vocabulary: Int = 12, _ set: (inout SamplingOptions) -> Void
    ) throws -> [TokenID: Float] {
        var options = SamplingOptions()
        set(&options)
        let names = Array("abcdefgxy:kl".utf8)
        // In two ways: as a prompt, and as tokens that were chosen.
        let row = try SamplingRow(options, prompt: tokens) { [names[Int($0)]] }
        let explanation = try row.explain(
            [Float](repeating: 0, count: vocabulary), after: TokenHistory(tokens, promptCount: tokens.count),
            limit: vocabulary)
        var other = try SamplingRow(options, prompt: []) { [names[Int($0)]] }
        for place in tokens.indices {
            var only = [Float](repeating: -.infinity, count: vocabulary)
            only[Int(tokens[place])] = 0
            _ = try other.choose(by: only, after: TokenHistory(Array(tokens[..<place]), promptCount: 0))
        }
        let again = try other.explain(
            [Float](repeating: 0, count: vocabulary), after: TokenHistory(tokens, promptCount: 0), limit: vocabulary)
        #expect(again.candidates == explanation.candidates)
        let pairs = explanation.candidates.map { ($0.token, $0.penalizedLogit) }.filter { $0.1 != 0 }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    struct Repetition: Sendable {
        let tokens: [TokenID]
        var multiplier = 1.0
        var base = 2.0
        var allowed = 1
        var window = 64
        var breakers: [String] = []
        let penalties: [TokenID: Float]
    }

    /// Frozen numbers of llama.cpp's `llama_sampler_dry_apply`.
    private static let repetitions = [
        Repetition(
            tokens: [1, 2, 3, 4, 1, 2, 3], multiplier: 0.8, base: 1.75, allowed: 2, penalties: [4: -1.4]),
        Repetition(tokens: [0, 1, 2, 2, 1, 2, 5, 0, 1, 2], penalties: [1: -1, 2: -4, 5: -2]),
        Repetition(
            tokens: [1, 2, 3, 9, 1, 2, 3, 4, 1, 2, 3], multiplier: 1.5, base: 1.75, allowed: 2, breakers: [":"],
            penalties: [4: -2.625]),
        Repetition(tokens: [1, 2, 3, 4, 9, 2, 3], allowed: 2, breakers: [":"], penalties: [4: -1]),
        Repetition(tokens: [1, 2, 3, 4, 5, 9, 3], breakers: [":"], penalties: [4: -1]),
        Repetition(tokens: [1, 2, 9, 5, 1, 2], breakers: [":"], penalties: [:]),
        Repetition(
            tokens: [1, 1, 1, 1, 1, 1, 1], multiplier: 0.5, base: 1.5, allowed: 2, penalties: [1: -2.53125]),
        Repetition(tokens: [1, 2, 3, 4, 1, 2, 3], allowed: 2, window: 5, penalties: [:]),
        Repetition(
            tokens: [4, 5, 6, 4, 5, 6, 4, 5], base: 1.3, allowed: 0, penalties: [4: -1, 5: -1, 6: -3.7129292]),
        Repetition(tokens: [1, 2, 7, 8, 3, 1, 2, 7, 8, 3, 1, 2], breakers: ["xy"], penalties: [7: -4]),
        Repetition(tokens: [1, 2, 3, 1, 2, 7, 8, 1, 2, 3, 1, 2], breakers: ["xy"], penalties: [3: -2, 7: -16]),
    ]

    @Test(arguments: repetitions) func dryOfLlamaCpp(_ repetition: Repetition) throws {
        let found = try changed(repetition.tokens) {
            ($0.dryMultiplier, $0.dryBase) = (repetition.multiplier, repetition.base)
            ($0.dryAllowedLength, $0.dryPenaltyLastN) = (repetition.allowed, repetition.window)
            $0.drySequenceBreakers = repetition.breakers
        }
        #expect(Set(found.keys) == Set(repetition.penalties.keys))
        for (token, penalty) in repetition.penalties { #expect(abs((found[token] ?? 0) / penalty - 1) < 1e-6) }
    }

    @Test func dryIsItsDefinition() throws {
        var random = SplitMix64(seed: 3)
        for length in [0, 1, 2, 5, 20, 60] {
            for allowed in 0 ... 3 {
                for window in [-1, 7, 30] {
                    let tokens = (0 ..< length).map { _ in random.below(12) == 0 ? 9 : Int(random.below(3)) }
                    let recent = window < 0 ? tokens : Array(tokens.suffix(window))
                    let expected = SamplingTwin.repetitions(recent, after: 9).filter {
                        $0.key != 9 && $0.value >= allowed && recent.count > allowed
                    }
                    let found = try changed(tokens.map { TokenID($0) }) {
                        ($0.dryMultiplier, $0.dryBase, $0.dryAllowedLength) = (0.5, 2, allowed)
                        ($0.dryPenaltyLastN, $0.drySequenceBreakers) = (window, [":"])
                    }
                    #expect(Set(found.keys) == Set(expected.keys.map { TokenID($0) }))
                    for (token, length) in expected {
                        #expect(found[TokenID(token)] == -Float(0.5 * pow(2, Double(length - allowed))))
                    }
                }
            }
        }
        let long = [TokenID](repeating: 1, count: 5000)
        let penalty = try changed(long) { ($0.dryMultiplier, $0.dryPenaltyLastN) = (1, -1) }[1]
        #expect(penalty == -Float.greatestFiniteMagnitude)
        #expect(try changed(long) { ($0.dryMultiplier, $0.dryPenaltyLastN) = (1, 0) } == [:])
    }

    @Test func biasIsAdded() throws {
        #expect(try changed([1, 2]) { $0.logitBias = [3: -100, 5: 1.5, 7: 0] } == [3: -100, 5: 1.5])
        let model = try TestModels.text()
        func generation(_ bias: [TokenID: Double]) throws -> Generation {
            var sampling = SamplingOptions(temperature: 0)
            sampling.logitBias = bias
            return try model.generate(
                GenerationOptions(
                    prompt: model.promptTokens("the"), sampling: sampling, stop: StopConditions(maxTokens: 8)))
        }
        let forced = try generation([4: 100])
        while try forced.next() != nil {}
        #expect(Array(forced.completion) == [TokenID](repeating: 4, count: 8))
        let stage = try generation([4: 100, 5: -100]).explainNext().stages
        #expect(
            stage.map(\.filter) == [.logitBias] && stage[0].setting == 2 && abs(stage[0].keptProbability - 1) < 1e-9)
        let last = model.tokenizer.vocabularySize - 1
        #expect(
            message { _ = try generation([TokenID(last + 1): 1]) }
                == "a token of `logitBias` is \(last + 1); expected 0 to \(last)")
    }

    /// Allows tokens of one parity, the other one after each token.
    private struct Alternating: TokenMask {
        func restrict(_ allowed: inout [Bool], after history: TokenHistory) {
            for token in allowed.indices where (token + history.generated.count) % 2 == 1 { allowed[token] = false }
        }
    }

    @Test func masksComeFirst() throws {
        let model = try TestModels.text()
        var sampling = SamplingOptions(temperature: 2, repetitionPenalty: 1.2, seed: 3)
        sampling.logitBias = [1: 100]
        let generation = try model.generate(
            GenerationOptions(
                prompt: model.promptTokens("the quick"), sampling: sampling, stop: StopConditions(maxTokens: 20)),
            mask: Alternating())
        while generation.finishReason == nil {
            let place = generation.completion.count, explanation = try generation.explainNext(limit: 100)
            #expect(explanation.stages.map(\.filter) == [.mask, .logitBias, .repetitionPenalty, .temperature])
            #expect(explanation.candidates.allSatisfy { Int($0.token) % 2 == place % 2 })
            #expect(explanation.stages[0].kept == explanation.candidates.count && explanation.stages[0].setting == nil)
            let share = explanation.candidates.reduce(0) { $0 + $1.modelProbability }
            #expect(abs(explanation.stages[0].keptProbability - share) < 1e-9)
            #expect(try generation.next()?.token == explanation.chosen.token)
        }
    }

    @Test func nothingLeftIsAnError() throws {
        struct Nothing: TokenMask {
            func restrict(_ allowed: inout [Bool], after history: TokenHistory) {
                allowed = [Bool](repeating: false, count: allowed.count)
            }
        }
        var row = try SamplingRow(.greedy, prompt: [0], mask: Nothing()) { _ in nil }
        #expect(
            message { _ = try row.choose(by: [1, 2], after: TokenHistory([0], promptCount: 1)) }?
                .hasPrefix("none of the 2 logits at position 1") == true)
    }

    @Test func optionsOutOfRangeAreNamed() {
        let unusable: [(set: (inout SamplingOptions) -> Void, error: String)] = [
            ({ $0.logitBias = [5: 101] }, "the `logitBias` of token 5 is 101.0; expected -100 ... 100"),
            ({ $0.dryMultiplier = -1 }, "`dryMultiplier` is -1.0; expected 0 ... 1000000, where 0 is none"),
            ({ $0.dryBase = 0.5 }, "`dryBase` is 0.5; expected 1 ... 1000000"),
            ({ $0.dryAllowedLength = -1 }, "`dryAllowedLength` is -1; expected 0 or a number of tokens"),
            (
                { $0.dryPenaltyLastN = -2 },
                "`dryPenaltyLastN` is -2; expected -1 (the whole text), 0 (none) or a number of tokens"
            ),
            (
                { $0.drySequenceBreakers = [""] },
                "a string of `drySequenceBreakers` is empty; expected at least one character"
            ),
            ({ $0.dynatempRange = .infinity }, "`dynatempRange` is inf; expected 0 (none) or a finite number above it"),
            ({ $0.dynatempExponent = .nan }, "`dynatempExponent` is nan; expected 0 ... 1000000"),
            ({ $0.topNSigma = -1 }, "`topNSigma` is -1.0; expected 0 (all tokens) or a finite number above it"),
            ({ $0.typicalP = 1.1 }, "`typicalP` is 1.1; expected 0 ... 1, where 1 keeps all tokens"),
            ({ $0.xtcProbability = 2 }, "`xtcProbability` is 2.0; expected 0 ... 1, where 0 is never"),
            ({ $0.xtcThreshold = -1 }, "`xtcThreshold` is -1.0; expected 0 ... 1, where more than 0.5 removes nothing"),
            ({ $0.mirostat = 3 }, "`mirostat` is 3; expected 0 (none), 1 or 2"),
            ({ $0.mirostatTau = -1 }, "`mirostatTau` is -1.0; expected 0 ... 1000000"),
            ({ $0.mirostatEta = .nan }, "`mirostatEta` is nan; expected 0 ... 1000000"),
        ]
        for (set, expected) in unusable {
            var options = SamplingOptions()
            set(&options)
            #expect(message { try options.validate() } == expected)
        }
    }
}
