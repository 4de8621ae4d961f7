import Foundation
import OrreryGeneration
import Testing

@Suite struct MirostatTests {
    private static let logits = (0 ..< 41).map { Float($0 * 37 % 41) / 8 - 3 }

    /// How many tokens llama.cpp kept at each step and which it chose, frozen, with eta 0.3.
    struct Run: Sendable {
        let version: Int
        let tau: Double
        let steps: [(kept: Int, chosen: Int)]
    }

    private static let runs = [
        Run(
            version: 1, tau: 1,
            steps: [
                (1, 31), (1, 31), (1, 31), (1, 31), (1, 31), (1, 31), (1, 31), (2, 31), (2, 31), (2, 21), (2, 31),
                (2, 31),
            ]),
        Run(
            version: 1, tau: 2,
            steps: [
                (2, 31), (3, 31), (4, 1), (3, 21), (4, 21), (4, 31), (5, 31), (5, 21), (4, 31), (5, 11), (4, 1),
                (4, 21),
            ]),
        Run(version: 1, tau: 5, steps: [(41, 11), (41, 1), (41, 38), (41, 32)]),
        Run(
            version: 2, tau: 1,
            steps: [
                (1, 31), (1, 31), (1, 31), (1, 31), (1, 31), (3, 31), (2, 31), (2, 21), (2, 31), (2, 31), (2, 31),
                (3, 31),
            ]),
        Run(
            version: 2, tau: 2,
            steps: [
                (6, 21), (5, 21), (5, 32), (4, 21), (4, 21), (4, 31), (4, 31), (5, 21), (4, 31), (5, 11), (4, 1),
                (4, 21),
            ]),
        Run(version: 2, tau: 5, steps: [(39, 11), (41, 1), (41, 38), (39, 32), (41, 11)]),
    ]

    /// The first version's numbers are the paper's: s by least squares over 100 tokens, k by Zipf's law.
    @Test(arguments: runs) func keepsWhatLlamaCppKeeps(_ run: Run) throws {
        let (tokens, probabilities) = SamplingTwin.descending(Self.logits, 1)
        var options = SamplingOptions()
        (options.mirostat, options.mirostatTau, options.mirostatEta) = (run.version, run.tau, 0.3)
        var mirostat = try #require(Mirostat(options)), mu = 2 * run.tau
        let weights = probabilities.map { $0 / probabilities[0] }
        for (kept, chosen) in run.steps {
            #expect(abs(mirostat.mu - mu) < 1e-9)
            let count =
                run.version == 1
                ? Mirostat.count(mu: mu, scaled: weights.map { log($0) }, vocabulary: 41)
                : Mirostat.count(mu: mu, weights: weights)
            #expect(count == kept)
            if run.version == 2 { #expect(count == max(1, probabilities.filter { -log2($0) <= mu }.count)) }
            let sum = probabilities[..<count].reduce(0, +)
            let probability = probabilities[tokens.firstIndex(of: chosen)!] / sum
            mirostat.observe(probability: probability)
            mu -= 0.3 * (-log2(probability) - run.tau)
        }
    }

    @Test(arguments: [1, 2]) func stepsAreReproducible(_ version: Int) throws {
        let model = try TestModels.text()
        var sampling = SamplingOptions(temperature: 1.5, topK: 3, seed: 4)
        (sampling.mirostat, sampling.mirostatTau, sampling.mirostatEta) = (version, 2.5, 0.4)
        var limits: [Double] = []
        func tokens(_ sampling: SamplingOptions, explains: Bool) throws -> [Int] {
            let generation = try model.generate(
                GenerationOptions(
                    prompt: model.promptTokens("the quick"), sampling: sampling, stop: StopConditions(maxTokens: 30)))
            var tokens: [Int] = []
            while generation.finishReason == nil {
                let explanation = explains ? try generation.explainNext() : nil
                let step = try #require(try generation.next())
                tokens.append(Int(step.token))
                guard let explanation else { continue }
                #expect(explanation.chosen.token == step.token)
                #expect(explanation.stages.map(\.filter) == [.temperature, .mirostat])
                limits.append(try #require(explanation.stages[1].setting))
            }
            return tokens
        }
        let first = try tokens(sampling, explains: true)
        #expect(try tokens(sampling, explains: false) == first)
        #expect(limits[0] == 5 && Set(limits).count > 10)
        sampling.mirostatTau = 1
        #expect(try tokens(sampling, explains: false) != first)
    }

    @Test func extremesKeepOne() {
        #expect(Mirostat.count(mu: -3, weights: [1, 0.5]) == 1)
        #expect(Mirostat.count(mu: 0.1, weights: [1, 1, 1]) == 1)
        #expect(Mirostat.count(mu: 5000, weights: [1, 0, 0]) == 3)
        #expect(Mirostat.count(mu: 4, scaled: [0], vocabulary: 9) == 1)
        #expect(Mirostat.count(mu: 4, scaled: [0, 0, 0], vocabulary: 3) == 3)
        #expect(Mirostat.count(mu: 4, scaled: [0, -.infinity], vocabulary: 3) == 1)
        #expect(Mirostat.count(mu: -50, scaled: [0, -1, -2], vocabulary: 3) == 1)
        #expect(Mirostat(.greedy) == nil)
    }
}
