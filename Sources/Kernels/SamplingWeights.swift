internal import CKernels

extension Processor {
    /// Weights exp((logit - highest) / temperature) in float64, the same bits with every instruction set, and a bin for
    /// each by its logarithm: `binsPerUnit` bins for a factor of e, the last for all that is less.
    package func samplingWeights(
        _ logits: UnsafeBufferPointer<Float>, highest: Double, temperature: Double, binsPerUnit: Double,
        bins count: Int,
        weights: UnsafeMutablePointer<Double>, bins: UnsafeMutablePointer<Int32>
    ) {
        guard let x = logits.baseAddress else { return }
        kernels.sampling_weights(
            x, logits.count, highest, temperature, binsPerUnit, Double(count - 1), weights, bins)
    }
}
