import Foundation
import OrreryGeneration
import Testing

@Suite struct SampleExplanationTests {
    /// Probabilities 0.5, 0.2, 0.15, 0.1, 0.05 by the model.
    private let logits: [Float] = [0.15, 0.5, 0.05, 0.2, 0.1].map { Float(log($0)) }

    @Test func eachFilterSaysWhatItKept() throws {
        let options = SamplingOptions(topK: 4, topP: 0.85, minP: 0.35, seed: 42)
        let explanation = try Sampler(options).explain(logits, position: 3)
        #expect(explanation.stages.map(\.filter) == [.temperature, .topK, .topP, .minP])
        #expect(explanation.stages.map(\.setting) == [1, 4, 0.85, 0.35])
        // Of the four left by top-k, top-p needs three: 0.7 / 0.95 < 0.85 <= 0.85 / 0.95. Then 0.15 < 0.35 * 0.5.
        #expect(explanation.stages.map(\.kept) == [5, 4, 3, 2])
        #expect(zip(explanation.stages, [1, 0.95, 0.85, 0.7]).allSatisfy { abs($0.keptProbability - $1) < 1e-6 })
        #expect(explanation.candidates.map(\.token) == [1, 3, 0, 4, 2])
        #expect(explanation.candidates.map(\.removedBy) == [nil, nil, .minP, .topP, .topK])
        #expect(
            zip(explanation.candidates, [0.5, 0.2, 0.15, 0.1, 0.05]).allSatisfy { abs($0.modelProbability - $1) < 1e-6 }
        )
        #expect(
            zip(explanation.candidates, [5.0 / 7, 2.0 / 7, 0, 0, 0]).allSatisfy { abs($0.finalProbability - $1) < 1e-6 }
        )
        #expect(explanation.candidates[0].interval?.upperBound == explanation.candidates[1].interval?.lowerBound)
        #expect(explanation.candidates[2].interval == nil)
        #expect(explanation.draw == CounterGenerator(seed: 42).uniform(at: 3))
    }

    @Test func temperatureShowsInTheProbabilities() throws {
        let explanation = try Sampler(SamplingOptions(temperature: 0.5)).explain(logits, position: 0)
        let squares = [0.25, 0.04, 0.0225, 0.01, 0.0025].map { $0 / 0.325 }
        #expect(zip(explanation.candidates, squares).allSatisfy { abs($0.temperedProbability - $1) < 1e-6 })
        #expect(abs(explanation.candidates[0].modelProbability - 0.5) < 1e-6)
    }

    @Test func theChosenTokenIsThereThoughNotListed() throws {
        let flat = [Float](repeating: 0, count: 5000)
        let sampler = try Sampler(SamplingOptions(seed: 3))
        let explanation = try sampler.explain(flat, position: 1, limit: 10)
        #expect(explanation.candidates.map(\.token) == Array(0 ..< 10))
        #expect(explanation.chosen.token == (try sampler.sample(flat, position: 1)))
        #expect(explanation.chosen.rank == Int(explanation.chosen.token))
        #expect(explanation.chosen.interval?.contains(explanation.draw!) == true)
        #expect(try sampler.explain(flat, position: 1, limit: 0).candidates.isEmpty)
    }
}
