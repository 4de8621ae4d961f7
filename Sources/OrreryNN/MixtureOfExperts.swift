import Kernels
import OrreryTensor

/// Many feed-forward networks of which each position uses a few, chosen and weighted by a router (arXiv:1701.06538,
/// 2401.04088).
///
/// N rows (positions), E experts, k of them chosen, D width, F feed-forward width.
package struct MixtureOfExperts: FeedForwardNetwork {
    package let router: Router
    package let experts: Experts

    package init(router: Router, experts: Experts) { (self.router, self.experts) = (router, experts) }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let (chosen, weights) = router(x, context), k = router.top
        let shares = weights.reshaped([x.rows * k, 1])
        var choices = [[Int]](repeating: [], count: router.experts)
        for (choice, expert) in chosen.enumerated() { choices[expert].append(choice) }
        if context.interest(in: .expertOut) != .none { return watched(x, choices, shares, context) }
        // Expert by expert in their order, so that a row's sum depends neither on its neighbours nor on the order of
        // its choices.
        var sum = Tensor(zeros: x.shape)
        for (expert, mine) in choices.enumerated() where !mine.isEmpty {
            let rows = mine.map { $0 / k }
            let said = experts(x.rows(at: rows), expert, context.selecting(rows))
            sum = sum.addingRows(said, to: rows, weights: shares.rows(at: mine))
        }
        return sum
    }

    /// The same with what the experts say in the hands of a tap, before it is weighted: [N, k, D].
    private func watched(
        _ x: Tensor, _ choices: [[Int]], _ shares: Tensor, _ context: ForwardContext
    ) -> Tensor {
        let (N, D, k) = (x.rows, x.width, router.top)
        var said = Tensor(zeros: [N * k, D]), sum = Tensor(zeros: x.shape)
        for (expert, mine) in choices.enumerated() where !mine.isEmpty {
            let ones = Tensor([Float](repeating: 1, count: mine.count), shape: [mine.count, 1])
            let rows = mine.map { $0 / k }
            let each = experts(x.rows(at: rows), expert, context.selecting(rows))
            said = said.addingRows(each, to: mine, weights: ones)
        }
        let heard = context.tap(.expertOut, said.reshaped([N, k, D])).reshaped([N * k, D])
        for mine in choices where !mine.isEmpty {
            sum = sum.addingRows(heard.rows(at: mine), to: mine.map { $0 / k }, weights: shares.rows(at: mine))
        }
        return sum
    }

    package var tapPoints: [TapShape] {
        [TapShape](points: .routerLogits, .expertIndices, .expertWeights, .expertOut)
    }
}

/// The networks of E experts: gate and up [E, F, D], down [E, D, F], each one parameter.
package struct Experts: Sendable {
    /// How gate and up become one.
    package enum Gating: Sendable, Hashable {
        /// activation(gate) up (arXiv:2002.05202)
        case glu(Activation)
        /// gate sigmoid(alpha gate) (up + 1), with gate held below `limit` and up within it: gpt-oss
        case clamped(alpha: Float, limit: Float)
    }

    package let gate: StackedLinear
    package let up: StackedLinear
    package let down: StackedLinear
    package let gating: Gating

    package init(gate: StackedLinear, up: StackedLinear, down: StackedLinear, gating: Gating) {
        (self.gate, self.up, self.down, self.gating) = (gate, up, down, gating)
    }

    /// Rows [n, D] through one expert, float32.
    func callAsFunction(_ x: Tensor, _ expert: Int, _ context: ForwardContext) -> Tensor {
        let g = gate(x, expert, context), u = up(x, expert, context)
        let hidden =
            switch gating {
            case .glu(let activation): g.gated(by: activation, up: u)
            case .clamped(let alpha, let limit): g.clampedSwiGLU(up: u, alpha: alpha, limit: limit)
            }
        return down(hidden, expert, context, as: .float32)
    }
}

/// E linear layers of one shape with their weights in one parameter [E, out, in], and biases in another [E, out].
package struct StackedLinear: Sendable {
    package let weight: Parameter
    package let bias: Parameter?
    private let weights: [Parameter]
    private let biases: [Parameter]

    /// - Parameters:
    ///   - name: of one expert's layer, after its number: `gate_proj`.
    package init(
        _ scope: WeightScope, _ name: String, _ count: Int, _ input: Int, _ output: Int, bias: Bool = false
    ) throws {
        weight = try scope.stack(name + ".weight", count: count, [output, input], .normal(standardDeviation: 0.02))
        self.bias = bias ? try scope.stack(name + ".bias", count: count, [output], .zeros) : nil
        let stack = (weight, self.bias)
        weights = (0 ..< count).map { stack.0.part($0) }
        biases = (0 ..< count).compactMap { stack.1?.part($0) }
    }

    func callAsFunction(
        _ x: Tensor, _ expert: Int, _ context: ForwardContext, as outputType: ElementType? = nil
    ) -> Tensor {
        let (weight, bias) = (weights[expert], biases.isEmpty ? nil : biases[expert])
        let y = x.linear(weight, bias: bias, as: outputType)
        context.adaptedRows?.add(weight, of: x, to: y) { $0.linear($1, bias: bias, as: outputType) }
        return y
    }
}
