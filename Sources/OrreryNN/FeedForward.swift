import Kernels
import OrreryTensor

/// What a block does to each position alone: [N, D] to [N, D], float32.
package protocol FeedForwardNetwork: Sendable {
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor
    /// The points of the forward pass inside it.
    var tapPoints: [TapShape] { get }
}

/// down(activation(up(x))), the network of the original transformer.
package struct FeedForward: FeedForwardNetwork {
    package let up: Linear
    package let down: Linear
    package let activation: Activation

    package init(up: Linear, down: Linear, activation: Activation) {
        (self.up, self.down, self.activation) = (up, down, activation)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let pre = context.tap(.pre, up(x, context))
        let post = context.tap(.post, pre.activated(activation))
        return down(post, context, as: .float32).droppedOut(context.dropout?())
    }

    package var tapPoints: [TapShape] { [TapShape](points: .pre, .post) }
}

/// down(activation(gate(x)) * up(x)) (arXiv:2002.05202), with SiLU as a rule.
package struct GatedFeedForward: FeedForwardNetwork {
    /// One product for both, or one each: checkpoints come both ways.
    package enum Projection: Sendable {
        /// The gate's rows first
        case fused(Linear)
        case separate(gate: Linear, up: Linear)
    }

    package let projection: Projection
    package let down: Linear
    package let activation: Activation

    package init(projection: Projection, down: Linear, activation: Activation = .silu) {
        (self.projection, self.down, self.activation) = (projection, down, activation)
    }

    package init(gate: Linear, up: Linear, down: Linear, activation: Activation = .silu) {
        self.init(projection: .separate(gate: gate, up: up), down: down, activation: activation)
    }

    /// Hugging Face's `gate_proj`, `up_proj` and `down_proj` of widths D to F and back.
    ///
    /// - Parameters:
    ///   - hidden: how gate and up start; `out` how down does.
    package init(
        _ scope: WeightScope, _ D: Int, _ F: Int, bias: Bool = false, activation: Activation = .silu,
        hidden: InitialValue = .normal(standardDeviation: 0.02), out: InitialValue = .normal(standardDeviation: 0.02)
    ) throws {
        self.init(
            gate: try Linear(scope["gate_proj"], D, F, bias: bias, initial: hidden),
            up: try Linear(scope["up_proj"], D, F, bias: bias, initial: hidden),
            down: try Linear(scope["down_proj"], F, D, bias: bias, initial: out), activation: activation)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let (gate, up) = project(x, context)
        let g = context.tap(.pre, gate), u = context.tap(.preLinear, up)
        let post = context.tap(.post, g.gated(by: activation, up: u))
        return down(post, context, as: .float32).droppedOut(context.dropout?())
    }

    package var tapPoints: [TapShape] { [TapShape](points: .pre, .preLinear, .post) }

    private func project(_ x: Tensor, _ context: ForwardContext) -> (gate: Tensor, up: Tensor) {
        switch projection {
        case .fused(let linear):
            let both = linear(x, context), parts = both.split([both.width / 2, both.width / 2])
            return (parts[0], parts[1])
        case .separate(let gate, let up): return (gate(x, context), up(x, context))
        }
    }
}

extension Tensor {
    /// activation(self) * up.
    func gated(by activation: Activation, up: Tensor) -> Tensor {
        activation == .silu ? swiGLU(up: up) : activated(activation).multiplied(by: up)
    }
}
