extension Reference {
    /// exp((logit - highest) / temperature), and the bin of each by its logarithm.
    package static func samplingWeights(
        _ logits: [Float], highest: Double, temperature: Double, binsPerUnit: Double, bins: Int
    ) -> (weights: [Double], bins: [Int32]) {
        let exponents = logits.map { (Double($0) - highest) / temperature }
        return (
            exponents.map(portableExp), exponents.map { Int32(min(-max($0, -708) * binsPerUnit, Double(bins - 1))) }
        )
    }
}
