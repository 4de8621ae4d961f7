import OrreryTensor

/// One layer of a decoder: x [N, D], the residual stream, to what the next layer reads.
package protocol DecoderBlock: Sendable {
    var attention: CausalSelfAttention { get }
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor
}

/// The block of most decoders since GPT-2: a norm before each part, and what the part says is added to the residual
/// stream.
package struct PreNormBlock: DecoderBlock {
    package let norm1: NormPoint
    package let attention: CausalSelfAttention
    package let norm2: NormPoint
    package let feedForward: any FeedForwardNetwork

    package init(norm1: any Norm, attention: CausalSelfAttention, norm2: any Norm, feedForward: any FeedForwardNetwork)
    {
        (self.norm1, self.attention) = (NormPoint(norm1, .norm1), attention)
        (self.norm2, self.feedForward) = (NormPoint(norm2, .norm2), feedForward)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, attention(norm1(x, context), context)))
        return context.tap(.residualPost, h + context.tap(.feedForwardOut, feedForward(norm2(h, context), context)))
    }
}

/// Gemma's block: a norm before each part and another after it, so that what is added to the residual stream has a size
/// of its own (arXiv:2408.00118, 2).
package struct SandwichNormBlock: DecoderBlock {
    package let norm1: NormPoint
    package let attention: CausalSelfAttention
    package let postNorm1: any Norm
    package let norm2: NormPoint
    package let feedForward: any FeedForwardNetwork
    package let postNorm2: any Norm

    package init(
        norm1: any Norm, attention: CausalSelfAttention, postNorm1: any Norm, norm2: any Norm,
        feedForward: any FeedForwardNetwork, postNorm2: any Norm
    ) {
        (self.norm1, self.attention, self.postNorm1) = (NormPoint(norm1, .norm1), attention, postNorm1)
        (self.norm2, self.feedForward, self.postNorm2) = (NormPoint(norm2, .norm2), feedForward, postNorm2)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let h = context.tap(
            .residualMid, x + context.tap(.attentionOut, postNorm1(attention(norm1(x, context), context), as: .float32))
        )
        return context.tap(
            .residualPost,
            h + context.tap(.feedForwardOut, postNorm2(feedForward(norm2(h, context), context), as: .float32)))
    }
}

/// The block of the first transformer (arXiv:1706.03762): a norm after each sum.
package struct PostNormBlock: DecoderBlock {
    package let attention: CausalSelfAttention
    package let norm1: any Norm
    package let feedForward: any FeedForwardNetwork
    package let norm2: any Norm

    package init(attention: CausalSelfAttention, norm1: any Norm, feedForward: any FeedForwardNetwork, norm2: any Norm)
    {
        (self.attention, self.norm1, self.feedForward, self.norm2) = (attention, norm1, feedForward, norm2)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let h = context.tap(
            .residualMid,
            norm1(x + context.tap(.attentionOut, attention(x.cast(to: context.computeType), context)), as: .float32))
        let f = context.tap(.feedForwardOut, feedForward(h.cast(to: context.computeType), context))
        return context.tap(.residualPost, norm2(h + f, as: .float32))
    }
}

/// Attention and feed-forward network side by side: both read one norm, as in GPT-J, or each has its own.
package struct ParallelBlock: DecoderBlock {
    package let norm1: NormPoint
    package let attention: CausalSelfAttention
    package let norm2: NormPoint?
    package let feedForward: any FeedForwardNetwork

    package init(
        norm1: any Norm, attention: CausalSelfAttention, norm2: (any Norm)? = nil, feedForward: any FeedForwardNetwork
    ) {
        (self.norm1, self.attention) = (NormPoint(norm1, .norm1), attention)
        (self.norm2, self.feedForward) = (norm2.map { NormPoint($0, .norm2) }, feedForward)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x), n = norm1(x, context)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, attention(n, context)))
        return context.tap(
            .residualPost, h + context.tap(.feedForwardOut, feedForward(norm2?(x, context) ?? n, context)))
    }
}
