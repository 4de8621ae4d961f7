import Foundation

extension Reference {
    /// One step of AdamW (arXiv:1711.05101, algorithm 2, with the decay multiplied by the learning rate as PyTorch has
    /// it).
    package static func adamW(
        _ o: AdamWStep, weights: [Float], gradients: [Float], moments: [Float], secondMoments: [Float]
    ) -> (weights: [Double], moments: [Double], secondMoments: [Double]) {
        let (beta1, beta2, rate) = (Double(o.beta1), Double(o.beta2), Double(o.learningRate))
        var (w, m, v) = (weights.map(Double.init), moments.map(Double.init), secondMoments.map(Double.init))
        for i in w.indices {
            let g = Double(gradients[i]) * Double(o.gradientScale)
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            let mHat = m[i] / (1 - pow(beta1, Double(o.step))), vHat = v[i] / (1 - pow(beta2, Double(o.step)))
            w[i] -= rate * (mHat / (vHat.squareRoot() + Double(o.epsilon)) + Double(o.weightDecay) * w[i])
        }
        return (w, m, v)
    }
}
