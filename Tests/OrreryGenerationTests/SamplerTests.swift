import OrreryGeneration
import OrreryRandom
import OrreryTokenizers
import Testing

@Suite struct SamplerTests {
    private static let settings: [SamplingOptions] = [
        SamplingOptions(), SamplingOptions(temperature: 0.7), SamplingOptions(temperature: 2, topK: 5),
        SamplingOptions(topK: 1),
        SamplingOptions(topK: 1000), SamplingOptions(topP: 0.9), SamplingOptions(temperature: 1.5, topP: 0.5),
        SamplingOptions(topP: 0),
        SamplingOptions(minP: 0.05), SamplingOptions(minP: 1),
        SamplingOptions(temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05),
        SamplingOptions(temperature: 3, topK: 20, topP: 0.6), SamplingOptions(temperature: 1e-300),
        SamplingOptions(temperature: 1e300),
    ]

    @Test(arguments: settings) func filtersKeepWhatTheirDefinitionsSay(options: SamplingOptions) throws {
        var random = SplitMix64(seed: 11)
        for size in [1, 2, 3, 10, 65, 257] {
            for position in 0 ..< 40 {
                var logits = random.logits(size)
                logits[size / 2] = 1
                let twin = SamplingTwin.filter(logits, options)
                let explanation = try Sampler(options).explain(logits, position: position, limit: size)
                #expect(explanation.stages.map(\.kept) == twin.kept.map(\.count))
                #expect(explanation.candidates.map { Int($0.token) } == twin.kept[0])
                let kept = explanation.candidates.filter { $0.removedBy == nil }
                #expect(kept.map { Int($0.token) } == twin.kept.last)
                #expect(zip(kept, twin.probabilities).allSatisfy { abs($0.finalProbability - $1) < 1e-14 })
                let chosen = try Sampler(options).sample(logits, position: position)
                #expect(explanation.chosen.token == chosen)
                #expect(explanation.chosen.interval?.contains(explanation.draw!) == true)
            }
        }
    }

    /// Chi-square over 20,000 draws; the limit is exceeded by chance once in 10,000 seeds (degrees of freedom 9, 4, 3).
    @Test(arguments: [
        (SamplingOptions(temperature: 1.2, seed: 1), 33.7), (SamplingOptions(topK: 5, seed: 2), 23.5),
        (SamplingOptions(topP: 0.75, seed: 3), 21.1),
    ])
    func frequenciesFollowTheProbabilities(options: SamplingOptions, limit: Double) throws {
        let logits: [Float] = [0.1, 2, -1, 1, 0.5, -.infinity, 1.9, 0, -0.5, 1, -2]
        let (kept, probabilities) = SamplingTwin.filter(logits, options)
        let sampler = try Sampler(options)
        var counts = [Double](repeating: 0, count: logits.count)
        for position in 0 ..< 20_000 { counts[Int(try sampler.sample(logits, position: position))] += 1 }
        var chiSquare = 0.0
        for (token, probability) in zip(kept.last!, probabilities) {
            let expected = probability * 20_000
            chiSquare += (counts[token] - expected) * (counts[token] - expected) / expected
            counts[token] = 0
        }
        #expect(chiSquare < limit)
        #expect(counts.allSatisfy { $0 == 0 })
    }

    @Test func choicesAreTheSameOnEveryPlatform() throws {
        let logits = (0 ..< 100).map { Float($0 * 37 % 101) / 20 }
        let sampler = try Sampler(SamplingOptions(temperature: 0.9, topK: 50, topP: 0.95, seed: 1337))
        let tokens = try (0 ..< 12).map { try sampler.sample(logits, position: $0) }
        // Computed apart, in Python.
        #expect(tokens == [81, 10, 30, 90, 49, 65, 79, 51, 81, 43, 65, 46])
        #expect(try sampler.sample(logits, position: 7) == tokens[7])
        #expect(try Sampler(sampler.options, stream: 1).sample(logits, position: 0) != tokens[0])
    }

    @Test func greedyTakesTheLowestOfEquals() throws {
        let sampler = try Sampler(SamplingOptions(temperature: 0, topK: 7, seed: 5))
        #expect(try sampler.sample([-1, 3, 3, -.infinity, 2], position: 0) == 1)
        #expect(try sampler.sample([-.infinity, -3e38], position: 0) == 1)
        for options in [.greedy, SamplingOptions(topK: 1)] {
            #expect(try Sampler(options).sample([-1, -0.0, 0, -0.0], position: 0) == 1)
            #expect(try Sampler(options).sample([0, -0.0], position: 0) == 0)
        }
        let explanation = try sampler.explain([-1, 3, 3, -.infinity, 2], position: 4)
        #expect(explanation.draw == nil)
        #expect(explanation.stages == [])
        #expect(explanation.chosen.token == 1)
        #expect(explanation.chosen.finalProbability == 1)
        #expect(explanation.candidates.map(\.token) == [1, 2, 4, 0])
        #expect(explanation.candidates.map(\.finalProbability) == [1, 0, 0, 0])
        #expect(abs(explanation.candidates.map(\.modelProbability).reduce(0, +) - 1) < 1e-15)
    }

    @Test func logitsThatAreNoNumbersAreNamed() throws {
        for options in [SamplingOptions(), .greedy] {
            let sampler = try Sampler(options)
            #expect(
                message { _ = try sampler.sample([0, 1, .nan], position: 9) }
                    == "the logit of token 2 at position 9 is NaN; expected a finite number, or -inf for a masked token"
            )
            #expect(
                message { _ = try sampler.sample([.infinity, 1], position: 9) }?.contains(
                    "token 0 at position 9 is inf") == true)
            #expect(message { _ = try sampler.explain([.nan], position: 0) }?.contains("token 0") == true)
            let none = "none of the 2 logits at position 3 is above -inf; expected at least one token to choose"
            #expect(message { _ = try sampler.sample([-.infinity, -.infinity], position: 3) } == none)
            #expect(message { _ = try sampler.sample([], position: 3) }?.hasPrefix("none of the 0 logits") == true)
        }
    }

    @Test(arguments: [
        (SamplingOptions(temperature: -0.1), "`temperature` is -0.1; expected 0 (greedy) or a finite number above it"),
        (SamplingOptions(temperature: .nan), "`temperature` is nan; expected 0 (greedy) or a finite number above it"),
        (
            SamplingOptions(temperature: .infinity),
            "`temperature` is inf; expected 0 (greedy) or a finite number above it"
        ),
        (SamplingOptions(topK: -1), "`topK` is -1; expected 0 (all tokens) or a number of tokens"),
        (SamplingOptions(topP: 1.5), "`topP` is 1.5; expected 0 ... 1, where 1 keeps all tokens"),
        (SamplingOptions(topP: .nan), "`topP` is nan; expected 0 ... 1, where 1 keeps all tokens"),
        (SamplingOptions(minP: -1), "`minP` is -1.0; expected 0 ... 1, where 0 keeps all tokens"),
    ])
    func optionsOutOfRangeAreNamed(options: SamplingOptions, expected: String) {
        #expect(message { _ = try Sampler(options) } == expected)
    }

    /// What is drawn without sorting is what the sorted distribution gives, and so are the first of many.
    @Test func shortcutsDrawWhatTheWholeDistributionDraws() throws {
        var random = SplitMix64(seed: 8)
        for size in [1, 3, 8, 61, 5000] {
            for spread in [Float(0), 1e-3, 1, 30] {
                var logits = (0 ..< size).map { _ in Float.random(in: -1 ... 1, using: &random) * spread }
                for token in logits.indices where token > 0 && random.below(5) == 0 { logits[token] = -.infinity }
                for options in [
                    SamplingOptions(temperature: 0.8, seed: 3), SamplingOptions(temperature: 1e-4, seed: 4),
                    SamplingOptions(temperature: 90, seed: 5), SamplingOptions(temperature: 0.8, topK: 40, seed: 6),
                    SamplingOptions(temperature: 1.3, topK: 7, topP: 0.9, minP: 0.01, seed: 7),
                ] {
                    let sampler = try Sampler(options)
                    for position in 0 ..< 40 {
                        let explanation = try sampler.explain(logits, position: position, limit: size)
                        let token = try sampler.sample(logits, position: position)
                        #expect(explanation.chosen.token == token)
                        let draw = try #require(explanation.draw), interval = try #require(explanation.chosen.interval)
                        #expect(
                            interval.lowerBound <= draw + 1e-12 && draw < interval.upperBound + 1e-12,
                            "\(size) tokens, spread \(spread), temperature \(options.temperature)")
                    }
                }
            }
        }
    }
}
