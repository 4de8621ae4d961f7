import Foundation
import OrreryGeneration
import OrreryRandom
import OrreryTokenizers
import Testing

/// The filters beyond top-k, top-p and min-p: against their definitions, and against frozen sets of llama.cpp's samplers
/// and transformers' `TypicalLogitsWarper`.
@Suite struct SamplingFilterTests {
    private let logits = (0 ..< 41).map { Float($0 * 37 % 41) / 8 - 3 }

    /// The tokens that are left, with the stage of the last filter.
    private func kept(
        _ logits: [Float], _ temperature: Double = 1, seed: UInt64 = 0, position: Int = 0,
        _ set: (inout SamplingOptions) -> Void
    ) throws -> (tokens: Set<Int>, stage: SampleExplanation.Stage) {
        var options = SamplingOptions(temperature: temperature, seed: seed)
        set(&options)
        let sampler = try Sampler(options)
        let explanation = try sampler.explain(logits, position: position, limit: logits.count)
        let kept = explanation.candidates.filter { $0.removedBy == nil }, last = explanation.stages.last!
        #expect(abs(kept.reduce(0) { $0 + $1.finalProbability } - 1) < 1e-12)
        #expect(kept.count == last.kept && kept.contains { $0.token == explanation.chosen.token })
        #expect(explanation.candidates.allSatisfy { $0.removedBy == nil || $0.removedBy == last.filter })
        #expect(explanation.chosen.interval?.contains(explanation.draw!) == true)
        #expect(try sampler.sample(logits, position: position) == explanation.chosen.token)
        return (Set(kept.map { Int($0.token) }), last)
    }

    @Test func keepWhatTheirDefinitionsSay() throws {
        var random = SplitMix64(seed: 12)
        for size in [1, 2, 3, 10, 65, 257] {
            for _ in 0 ..< 30 {
                var logits = random.logits(size)
                logits[size / 2] = 1
                for temperature in [0.7, 1, 2.5] {
                    for n in [0.3, 1, 1.5, 4] {
                        let found = try kept(logits, temperature) { $0.topNSigma = n }.tokens
                        #expect(found == SamplingTwin.topNSigma(logits, n))
                    }
                    for p in [0, 0.2, 0.6, 0.95] {
                        let found = try kept(logits, temperature) { $0.typicalP = p }.tokens
                        #expect(found == SamplingTwin.typicalP(logits, p, temperature: temperature))
                    }
                    for threshold in [0.01, 0.1, 0.3, 0.6] {
                        let found = try kept(logits, temperature) {
                            $0.xtcProbability = 1
                            $0.xtcThreshold = threshold
                        }.tokens
                        #expect(found == SamplingTwin.xtc(logits, threshold, temperature: temperature))
                    }
                }
            }
        }
    }

    @Test(
        arguments: [
            (1, 0.2, [2, 12, 22, 23, 33]), (1, 0.5, [1, 2, 3, 11, 12, 13, 22, 23, 32, 33, 34]),
            (1, 0.9, [1, 2, 3, 4, 11, 12, 13, 14, 15, 21, 22, 23, 24, 25, 31, 32, 33, 34, 35]),
            (2, 0.7, [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 22, 23, 24, 25, 26, 32, 33, 34, 35, 36]),
        ] as [(Double, Double, [Int])]) func typicalPOfTheReferences(
            _ temperature: Double, _ p: Double, _ tokens: [Int]
        )
        throws
    {
        #expect(try kept(logits, temperature) { $0.typicalP = p }.tokens == Set(tokens))
    }

    @Test(
        arguments: [
            (0.5, [1, 11, 21, 22, 31, 32]), (1, [1, 2, 3, 11, 12, 13, 21, 22, 23, 31, 32, 33]),
            (1.6, [1, 2, 3, 4, 11, 12, 13, 14, 15, 21, 22, 23, 24, 25, 31, 32, 33, 34, 35]),
        ] as [(Double, [Int])]) func topNSigmaOfLlamaCpp(_ n: Double, _ tokens: [Int]) throws
    {
        #expect(try kept(logits) { $0.topNSigma = n }.tokens == Set(tokens))
        #expect(try kept(logits, 3) { $0.topNSigma = n }.tokens == Set(tokens), "the temperature does not matter")
    }

    @Test(
        arguments: [
            (0.02, [1, 2, 3, 11, 12, 13, 21, 22, 23, 24, 31, 32, 33, 34]), (0.05, [1, 11, 21, 22, 31, 32]),
            (0.1, [31]), (0.3, []),
        ] as [(Double, [Int])]) func xtcOfLlamaCpp(_ threshold: Double, _ removed: [Int]) throws
    {
        let found = try kept(logits) {
            $0.xtcProbability = 1
            $0.xtcThreshold = threshold
        }.tokens
        #expect(Set(logits.indices).subtracting(found) == Set(removed))
    }

    /// A random number of its own decides, another one at the same position than the draw's.
    @Test func xtcAppliesSomeOfTheTime() throws {
        var applied = 0
        for position in 0 ..< 2000 {
            let (tokens, stage) = try kept(logits, seed: 9, position: position) {
                $0.xtcProbability = 0.3
                $0.xtcThreshold = 0.05
            }
            let chance = CounterGenerator(seed: 9).secondUniform(at: position)
            #expect(stage.filter == .xtc && stage.setting == 0.05 && stage.draw == chance)
            #expect((tokens.count < logits.count) == (chance < 0.3))
            applied += chance < 0.3 ? 1 : 0
        }
        #expect(abs(applied - 600) < 80)
    }

    /// Each filter sees what those before it left.
    @Test func filtersApplyInOrder() throws {
        var options = SamplingOptions(topK: 20, topP: 0.95, minP: 0.05)
        options.topNSigma = 1.6
        options.typicalP = 0.8
        options.xtcProbability = 1
        let sampler = try Sampler(options)
        let explanation = try sampler.explain(logits, position: 0, limit: logits.count)
        #expect(explanation.stages.map(\.filter) == [.temperature, .topNSigma, .topK, .topP, .minP, .typicalP, .xtc])
        let kept = explanation.stages.map(\.kept)
        #expect(kept == kept.sorted(by: >) && kept[1] == 19 && kept[2] == 19)
        for position in 0 ..< 200 {
            let token = try sampler.sample(logits, position: position)
            #expect(try sampler.explain(logits, position: position).chosen.token == token)
        }
    }

    @Test(arguments: [(0.5, 1, 1.319554), (0.7, 2, 1.240335), (2, 0.5, 2.715876)])
    func dynamicTemperatureOfLlamaCpp(_ range: Double, _ exponent: Double, _ expected: Double) throws {
        let stage = try kept(logits) {
            $0.dynatempRange = range
            $0.dynatempExponent = exponent
        }.stage
        #expect(stage.filter == .temperature && abs(stage.setting! - expected) < 1e-5)
    }

    @Test func dynamicTemperatureStaysAboveZero() throws {
        func temperature(_ logits: [Float]) throws -> Double? {
            try kept(logits, 0.5) { $0.dynatempRange = 1 }.stage.setting
        }
        #expect(try temperature([0, -900, -900]) == 1e-300)
        #expect(try temperature([2, 2, -.infinity]) == 1.5)
        #expect(try temperature([2]) == 0.5)
        #expect(message { _ = try kept([0, .nan], 0.5) { $0.dynatempRange = 1 } }?.contains("token 1") == true)
    }
}
