import Foundation
import Kernels
import OrreryTensor

/// Chooses experts for each row.
package struct Router: Sendable {
    /// What is done with the scores of E experts, of which the largest k are used.
    package enum Order: Sendable, Hashable {
        /// Softmax over all, then the largest
        case softmaxFirst
        /// Softmax over all, then the largest, scaled to a sum of one
        case softmaxFirstNormalized
        /// The largest, then softmax over those
        case topFirst
    }

    package struct Choice: Sendable, Hashable {
        package var expert: Int
        package var weight: Float
    }

    package let linear: Linear
    package let top: Int
    package let order: Order

    package init(_ linear: Linear, top: Int, order: Order) {
        (self.linear, self.top, self.order) = (linear, top, order)
    }

    var experts: Int { linear.weight.shape[0] }

    /// The choices of each of N rows [N, D], the best first.
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> [[Choice]] {
        let scores = context.tap(.routerLogits, linear(x, as: .float32)).floats, E = experts
        let choices = (0 ..< x.rows).map { row in
            let own = scores[row * E ..< (row + 1) * E]
            return weighted(largest(own), of: own)
        }
        return context.taps == nil ? choices : offered(choices, scores, context)
    }

    /// The numbers of the largest k. Of equal ones the first is the better.
    private func largest(_ values: ArraySlice<Float>) -> ArraySlice<Int> {
        let first = values.startIndex
        return (0 ..< values.count).sorted {
            let (a, b) = (values[first + $0], values[first + $1])
            return a != b ? a > b : $0 < $1
        }.prefix(top)
    }

    /// These experts with the weights that the scores of all give them.
    private func weighted(_ chosen: ArraySlice<Int>, of scores: ArraySlice<Float>) -> [Choice] {
        let first = scores.startIndex
        let highest =
            order == .topFirst
            ? chosen.reduce(-.infinity) { max($0, scores[first + $1]) } : scores.reduce(-.infinity, max)
        let exponentials = chosen.map { exp(scores[first + $0] - highest) }
        let all =
            order == .topFirst ? exponentials.reduce(0, +) : scores.reduce(0) { $0 + exp($1 - highest) }
        var weights = exponentials.map { $0 / all }
        if order == .softmaxFirstNormalized {
            let sum = weights.reduce(0, +)
            weights = weights.map { $0 / sum }
        }
        return zip(chosen, weights).map { Choice(expert: $0, weight: $1) }
    }
}

extension Router {
    /// The choices as taps leave them: first which experts, then with which weights.
    private func offered(
        _ choices: [[Choice]], _ scores: [Float], _ context: ForwardContext
    ) -> [[Choice]] {
        let chosen = offeredIndices(choices, scores, context)
        if context.interest(in: .expertWeights) == .none { return chosen }
        var plain = [Float](repeating: 0, count: chosen.count * experts)
        for (row, choices) in chosen.enumerated() {
            for choice in choices { plain[row * experts + choice.expert] = choice.weight }
        }
        let new = context.tap(.expertWeights, Tensor(plain, shape: [chosen.count, experts])).floats
        return chosen.indices.map { row in
            let place = row * experts ..< (row + 1) * experts, weights = new[place]
            if weights == plain[place] { return chosen[row] }
            return largest(weights).map { Choice(expert: $0, weight: weights[place.lowerBound + $0]) }
        }
    }

    private func offeredIndices(
        _ choices: [[Choice]], _ scores: [Float], _ context: ForwardContext
    ) -> [[Choice]] {
        if context.interest(in: .expertIndices) == .none { return choices }
        let plain = choices.flatMap { $0.map { Float($0.expert) } }
        let new = context.tap(.expertIndices, Tensor(plain, shape: [choices.count, top])).floats
        return choices.indices.map { row in
            let place = row * top ..< (row + 1) * top
            if new[place] == plain[place] { return choices[row] }
            let experts = new[place].compactMap { Int(exactly: $0) }
            precondition(
                experts.count == top && Set(experts).count == top
                    && experts.allSatisfy { (0 ..< self.experts).contains($0) },
                "\(TapPoint.expertIndices.rawValue): row \(row) chooses \(Array(new[place])), expected \(top) different of the numbers below \(self.experts)"
            )
            return weighted(experts[...], of: scores[row * self.experts ..< (row + 1) * self.experts])
        }
    }
}
