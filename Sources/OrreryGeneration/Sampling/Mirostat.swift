import Kernels

/// Mirostat (arXiv:2007.14966): a cut that moves so that the surprise of the text, in bits a token, stays near a target.
///
/// The limit mu is 2 tau at first; after each token, whose surprise was s, it is mu - eta (s - tau). So it depends on the
/// tokens before, in order, and on nothing else. The surprise is that among the tokens that were left, as llama.cpp
/// computes it; the paper takes it among all.
package struct Mirostat: Sendable {
    private static let ln2 = 0.6931471805599453
    /// The most probable tokens by which version 1 estimates the exponent of Zipf's law.
    private static let estimated = 100

    private let tau: Double
    private let eta: Double
    /// The most surprise that the next token may have, in bits.
    package private(set) var mu: Double

    /// nil where the options do not ask for it.
    package init?(_ options: SamplingOptions) {
        guard options.mirostat != 0, !options.isGreedy else { return nil }
        (tau, eta, mu) = (options.mirostatTau, options.mirostatEta, 2 * options.mirostatTau)
    }

    /// Takes note of the probability that the chosen token had.
    package mutating func observe(probability: Double) { mu -= eta * (-portableLog(probability) / Self.ln2 - tau) }

    /// Version 1: the number of most probable tokens whose surprise, by Zipf's law, is mu on average.
    ///
    /// - Parameters:
    ///   - scaled: the logits over the temperature, in descending order.
    ///   - vocabulary: the number of tokens of the model.
    package static func count(mu: Double, scaled: [Double], vocabulary: Int) -> Int {
        var (products, squares) = (0.0, 0.0)
        for rank in 0 ..< min(estimated, scaled.count) - 1 {
            let step = portableLog(Double(rank + 2) / Double(rank + 1))
            products += step * (scaled[rank] - scaled[rank + 1])
            squares += step * step
        }
        let exponent = products / squares
        guard exponent.isFinite else { return 1 }
        // k = (e 2^mu / (1 - N^-e))^(1 / s) with e = s - 1, by logarithms; at e = 0 the limit of the fraction is 1 / ln N.
        let e = abs(exponent - 1), logSize = portableLog(Double(vocabulary))
        var logFraction = e == 0 ? -portableLog(logSize) : portableLog(e / (1 - portableExp(-e * logSize)))
        if exponent < 1 { logFraction -= e * logSize }
        let logCount = (logFraction + mu * ln2) / exponent
        if logCount >= portableLog(Double(scaled.count)) { return scaled.count }
        return logCount > 0 ? Int(1 / portableExp(-logCount)) : 1
    }

    /// Version 2: the number of tokens whose surprise is at most mu, and at least one.
    ///
    /// - Parameter weights: in descending order, in proportion to the probabilities.
    package static func count(mu: Double, weights: [Double]) -> Int {
        guard mu > 0 else { return 1 }
        let least = weights.reduce(0, +) * portableExp(-mu * ln2)
        return max(1, weights.firstIndex { $0 < least } ?? weights.count)
    }
}
