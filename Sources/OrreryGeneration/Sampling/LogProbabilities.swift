import Foundation
import Kernels
import OrreryTokenizers

/// The model's log-probabilities at one position: log softmax of its logits, before penalties and temperature.
public struct LogProbabilities: Sendable, Hashable {
    /// A token and the natural logarithm of its probability.
    public struct Entry: Sendable, Hashable {
        /// The token.
        public let token: TokenID
        /// The natural logarithm of its probability; -infinity if it can never be chosen.
        public let logProbability: Double
    }

    /// The chosen token.
    public let chosen: Entry
    /// The most probable tokens in descending order, equal ones by id.
    public let top: [Entry]

    /// - Parameters:
    ///   - logits: one row of the model's logits; -inf masks a token.
    ///   - chosen: the chosen token.
    ///   - count: the number of most probable tokens to list.
    package init(_ logits: [Float], chosen: TokenID, top count: Int) {
        let highest = Double(logits.max() ?? 0)
        let total = logits.reduce(0.0) { $1 == -.infinity ? $0 : $0 + portableExp(Double($1) - highest) }
        let logTotal = log(total) + highest
        func entry(_ token: Int) -> Entry {
            Entry(token: TokenID(token), logProbability: Double(logits[token]) - logTotal)
        }
        self.chosen = entry(Int(chosen))
        var best: [Int] = []
        for (token, logit) in logits.enumerated() where count > 0 && logit != -.infinity {
            if best.count == count, logits[best[count - 1]] >= logit { continue }
            let place = best.firstIndex { logits[$0] < logit } ?? best.count
            best.insert(token, at: place)
            if best.count > count { best.removeLast() }
        }
        top = best.map(entry)
    }
}
