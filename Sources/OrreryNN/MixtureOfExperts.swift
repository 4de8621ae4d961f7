import Foundation
import Kernels
import OrreryTensor

/// Many feed-forward networks of which each position uses a few, chosen and weighted by a router (arXiv:1701.06538,
/// 2401.04088).
///
/// N rows (positions), E experts, D width, F feed-forward width. For inference: it has no gradient yet.
public struct MixtureOfExperts: FeedForwardNetwork {
    public let router: Router
    public let experts: Experts

    public init(router: Router, experts: Experts) { (self.router, self.experts) = (router, experts) }

    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        precondition(x.trace?.tape == nil, "mixture of experts: has no gradient yet, and a tape is open")
        let choices = router(x)
        // Expert by expert in their order, so that a row's sum depends neither on its neighbours nor on the order of
        // its choices.
        let sum = Tensor(zeros: x.shape)
        for expert in 0 ..< router.experts {
            let mine = choices.indices.compactMap { row in
                choices[row].first { $0.expert == expert }.map { (row: row, weight: $0.weight) }
            }
            if mine.isEmpty { continue }
            sum.addRows(experts(x.rows(at: mine.map(\.row)), expert), to: mine.map(\.row), weights: mine.map(\.weight))
        }
        return sum
    }
}

/// Chooses experts for each row.
public struct Router: Sendable {
    /// What is done with the scores of E experts, of which the largest k are used.
    public enum Order: Sendable, Hashable {
        /// Softmax over all, then the largest
        case softmaxFirst
        /// Softmax over all, then the largest, scaled to a sum of one
        case softmaxFirstNormalized
        /// The largest, then softmax over those
        case topFirst
    }

    public struct Choice: Sendable, Hashable {
        public var expert: Int
        public var weight: Float
    }

    public let linear: Linear
    public let top: Int
    public let order: Order

    public init(_ linear: Linear, top: Int, order: Order) { (self.linear, self.top, self.order) = (linear, top, order) }

    var experts: Int { linear.weight.shape[0] }

    /// The choices of each of N rows [N, D], the best first.
    func callAsFunction(_ x: Tensor) -> [[Choice]] {
        let scores = linear(x, as: .float32).floats, E = experts
        return (0 ..< x.rows).map { choose(scores[$0 * E ..< ($0 + 1) * E]) }
    }

    private func choose(_ scores: ArraySlice<Float>) -> [Choice] {
        // Of equal scores the first expert is the better one.
        let best = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(top)
        let largest = scores[best[best.startIndex]]
        let exponentials = best.map { exp(scores[$0] - largest) }
        let all = order == .topFirst ? exponentials.reduce(0, +) : scores.reduce(0) { $0 + exp($1 - largest) }
        var weights = exponentials.map { $0 / all }
        if order == .softmaxFirstNormalized {
            let sum = weights.reduce(0, +)
            weights = weights.map { $0 / sum }
        }
        return zip(best, weights).map { Choice(expert: $0 - scores.startIndex, weight: $1) }
    }
}

/// The networks of E experts: gate and up [E, F, D], down [E, D, F], each one parameter.
public struct Experts: Sendable {
    /// How gate and up become one.
    public enum Gating: Sendable, Hashable {
        /// activation(gate) up (arXiv:2002.05202)
        case standard(Activation)
        /// gate sigmoid(alpha gate) (up + 1), with gate held below `limit` and up within it: gpt-oss
        case clamped(alpha: Float, limit: Float)
    }

    public let gate: StackedLinear
    public let up: StackedLinear
    public let down: StackedLinear
    public let gating: Gating

    public init(gate: StackedLinear, up: StackedLinear, down: StackedLinear, gating: Gating) {
        (self.gate, self.up, self.down, self.gating) = (gate, up, down, gating)
    }

    /// Rows [n, D] through one expert, float32.
    func callAsFunction(_ x: Tensor, _ expert: Int) -> Tensor {
        let g = gate(x, expert), u = up(x, expert)
        let hidden =
            switch gating {
            case .standard(let activation): g.gated(by: activation, up: u)
            case .clamped(let alpha, let limit): g.clampedSwiGLU(up: u, alpha: alpha, limit: limit)
            }
        return down(hidden, expert, as: .float32)
    }
}

/// E linear layers of one shape with their weights in one parameter [E, out, in], and biases in another [E, out].
public struct StackedLinear: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    private let weights: [Parameter]
    private let biases: [Parameter]

    /// - Parameters:
    ///   - name: of one expert's layer, after its number: `gate_proj`.
    public init(
        _ scope: WeightScope, _ name: String, _ count: Int, _ input: Int, _ output: Int, bias: Bool = false
    ) throws {
        weight = try scope.stack(name + ".weight", count: count, [output, input], .normal(standardDeviation: 0.02))
        self.bias = bias ? try scope.stack(name + ".bias", count: count, [output], .zeros) : nil
        let stack = (weight, self.bias)
        weights = (0 ..< count).map { stack.0.part($0) }
        biases = (0 ..< count).compactMap { stack.1?.part($0) }
    }

    func callAsFunction(_ x: Tensor, _ expert: Int, as outputType: ElementType? = nil) -> Tensor {
        x.linear(weights[expert], bias: biases.isEmpty ? nil : biases[expert], as: outputType)
    }
}
