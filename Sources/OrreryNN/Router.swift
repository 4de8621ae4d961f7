import Kernels
import OrreryTensor

/// Chooses experts for each row.
package struct Router: Sendable {
    package let linear: Linear
    /// k
    package let top: Int
    package let order: ExpertWeighting

    package init(_ linear: Linear, top: Int, order: ExpertWeighting) {
        (self.linear, self.top, self.order) = (linear, top, order)
    }

    var experts: Int { linear.weight.shape[0] }

    /// The k choices of each of N rows [N, D], the best first, and their weights [N, k].
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> (chosen: [Int], weights: Tensor) {
        let scores = context.tap(.routerLogits, linear(x, context, as: .float32))
        let plain = scores.expertWeights(top: top, order)
        return context.taps == nil ? plain : offered(plain, scores, context)
    }
}

extension Router {
    private typealias Choices = (chosen: [Int], weights: Tensor)

    /// The choices as taps leave them: first which experts, then with which weights.
    private func offered(_ plain: Choices, _ scores: Tensor, _ context: ForwardContext) -> Choices {
        let chosen = offeredIndices(plain.chosen, context)
        let choices = chosen == plain.chosen ? plain : scores.expertWeights(choosing: chosen, order)
        return context.interest(in: .expertWeights) == .none ? choices : offeredWeights(choices, scores, context)
    }

    private func offeredIndices(_ plain: [Int], _ context: ForwardContext) -> [Int] {
        if context.interest(in: .expertIndices) == .none { return plain }
        let rows = plain.count / top
        let new = context.tap(.expertIndices, Tensor(plain.map(Float.init), shape: [rows, top])).floats
        let chosen = new.map { Int(exactly: $0) ?? -1 }
        for row in 0 ..< rows {
            let own = chosen[row * top ..< (row + 1) * top]
            precondition(
                Set(own).count == top && own.allSatisfy { (0 ..< experts).contains($0) },
                "\(TapPoint.expertIndices.rawValue): row \(row) chooses \(Array(new[own.indices])), expected \(top) different of the numbers below \(experts)"
            )
        }
        return chosen
    }

    private func offeredWeights(_ choices: Choices, _ scores: Tensor, _ context: ForwardContext) -> Choices {
        let (N, E) = (scores.rows, experts), weights = choices.weights.floats
        var plain = [Float](repeating: 0, count: N * E)
        for (choice, expert) in choices.chosen.enumerated() { plain[choice / top * E + expert] = weights[choice] }
        let new = context.tap(.expertWeights, Tensor(plain, shape: [N, E])).floats
        if new == plain { return choices }
        var (chosen, used) = (choices.chosen, weights)
        for row in 0 ..< N where new[row * E ..< (row + 1) * E] != plain[row * E ..< (row + 1) * E] {
            let own = Array(new[row * E ..< (row + 1) * E])
            for (place, expert) in order.largest(top, of: own[...]).enumerated() {
                (chosen[row * top + place], used[row * top + place]) = (expert, own[expert])
            }
        }
        return (chosen, Tensor(used, shape: [N, top]))
    }
}
