import Kernels
import OrreryTensor

/// down(activation(up(x))), the network of the original transformer.
public struct FeedForward {
    public let up: Linear
    public let down: Linear
    public let activation: Activation

    public init(up: Linear, down: Linear, activation: Activation) { (self.up, self.down, self.activation) = (up, down, activation) }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        let pre = context.tap(.pre, layer, up(x))
        let post = context.tap(.post, layer, pre.activated(activation))
        return context.tap(.feedForwardOut, layer, down(post, as: .float32)).droppedOut(context.dropout?())
    }
}

/// down(silu(gate(x)) * up(x)) (arXiv:2002.05202).
public struct GatedFeedForward {
    public let gate: Linear
    public let up: Linear
    public let down: Linear

    public init(gate: Linear, up: Linear, down: Linear) { (self.gate, self.up, self.down) = (gate, up, down) }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        let g = context.tap(.pre, layer, gate(x)), u = context.tap(.preLinear, layer, up(x))
        let post = context.tap(.post, layer, g.swiGLU(up: u))
        return context.tap(.feedForwardOut, layer, down(post, as: .float32)).droppedOut(context.dropout?())
    }
}
