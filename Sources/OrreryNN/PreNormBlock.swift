import OrreryTensor

/// The block of most decoders since GPT-2: a norm before each part, and what the part says is added to the residual stream.
public struct PreNormBlock {
    public let norm1: any Norm
    public let attention: CausalSelfAttention
    public let norm2: any Norm
    public let feedForward: any FeedForwardNetwork

    public init(norm1: any Norm, attention: CausalSelfAttention, norm2: any Norm, feedForward: any FeedForwardNetwork) {
        (self.norm1, self.attention, self.norm2, self.feedForward) = (norm1, attention, norm2, feedForward)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        let x = context.tap(.residualPre, layer, x)
        let h = x.adding(attention(context.tap(.norm1, layer, norm1(x, as: context.computeType)), context, layer: layer))
        let mid = context.tap(.residualMid, layer, h)
        let y = mid.adding(feedForward(context.tap(.norm2, layer, norm2(mid, as: context.computeType)), context, layer: layer))
        return context.tap(.residualPost, layer, y)
    }
}
