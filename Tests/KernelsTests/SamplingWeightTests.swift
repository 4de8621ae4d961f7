import Kernels
import Testing

/// The weights of sampling are the same bits with every instruction set, so that a seed gives one text everywhere.
@Suite struct SamplingWeightTests {
    @Test(arguments: InstructionSet.available) func areThoseOfTheReference(_ set: InstructionSet) {
        for count in [1, 3, 4, 8, 31, 1000] {
            for temperature in [1e-6, 0.3, 0.8, 1, 7, 1e6] {
                var samples = Samples(count)
                var logits = samples.floats(count).map { $0 * 20 }
                logits[count / 2] = -.infinity
                logits[0] = 21
                let found = weights(logits, temperature, set)
                let expected = Reference.samplingWeights(
                    logits, highest: 21, temperature: temperature, binsPerUnit: 64, bins: 2048)
                #expect(found.weights.map(\.bitPattern) == expected.weights.map(\.bitPattern))
                #expect(found.bins == expected.bins)
                #expect(found.weights[0] == 1 && (count == 1 || found.weights[count / 2] == 0))
            }
        }
    }

    private func weights(
        _ logits: [Float], _ temperature: Double, _ set: InstructionSet
    ) -> (weights: [Double], bins: [Int32]) {
        var weights = [Double](repeating: .nan, count: logits.count), bins = [Int32](repeating: -1, count: logits.count)
        logits.withUnsafeBufferPointer { logits in
            Processor(set, threads: 1).samplingWeights(
                logits, highest: 21, temperature: temperature, binsPerUnit: 64, bins: 2048, weights: &weights,
                bins: &bins)
        }
        return (weights, bins)
    }
}
