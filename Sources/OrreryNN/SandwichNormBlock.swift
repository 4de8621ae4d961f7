import OrreryTensor

/// Gemma's block: a norm before each part and another after it, so that what is added to the residual stream has a size of its own
/// (arXiv:2408.00118, 2).
public struct SandwichNormBlock {
    public let norm1: any Norm
    public let attention: CausalSelfAttention
    public let postNorm1: any Norm
    public let norm2: any Norm
    public let feedForward: any FeedForwardNetwork
    public let postNorm2: any Norm

    public init(
        norm1: any Norm, attention: CausalSelfAttention, postNorm1: any Norm, norm2: any Norm, feedForward: any FeedForwardNetwork, postNorm2: any Norm
    ) {
        (self.norm1, self.attention, self.postNorm1) = (norm1, attention, postNorm1)
        (self.norm2, self.feedForward, self.postNorm2) = (norm2, feedForward, postNorm2)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        let x = context.tap(.residualPre, layer, x)
        let a = attention(context.tap(.norm1, layer, norm1(x, as: context.computeType)), context, layer: layer)
        let mid = context.tap(.residualMid, layer, x.adding(postNorm1(a, as: .float32)))
        let f = feedForward(context.tap(.norm2, layer, norm2(mid, as: context.computeType)), context, layer: layer)
        return context.tap(.residualPost, layer, mid.adding(postNorm2(f, as: .float32)))
    }
}
