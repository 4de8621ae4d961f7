import OrreryTensor

/// One layer of a decoder: x [N, D], the residual stream, to what the next layer reads.
package protocol DecoderBlock: Sendable {
    var attention: CausalSelfAttention { get }
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor
    /// The points of the forward pass inside it.
    var tapPoints: [TapShape] { get }
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
        let a = attention(norm1(x, context), of: AttentionInput(x, norm1), context)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let f = feedForward(norm2(context.tap(.feedForwardIn, h), context), context)
        return context.tap(.residualPost, h + context.tap(.feedForwardOut, f))
    }

    package var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + norm1.tapPoints + attention.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + norm2.tapPoints + feedForward.tapPoints
            + [TapShape](points: .feedForwardOut, .residualPost)
    }
}

/// Gemma's block: a norm before each part and another after it, so that what is added to the residual stream has a size
/// of its own (arXiv:2408.00118, 2).
package struct SandwichNormBlock: DecoderBlock {
    package let norm1: NormPoint
    package let attention: CausalSelfAttention
    package let postNorm1: NormPoint
    package let norm2: NormPoint
    package let feedForward: any FeedForwardNetwork
    package let postNorm2: NormPoint

    package init(
        norm1: any Norm, attention: CausalSelfAttention, postNorm1: any Norm, norm2: any Norm,
        feedForward: any FeedForwardNetwork, postNorm2: any Norm
    ) {
        (self.norm1, self.attention) = (NormPoint(norm1, .norm1), attention)
        (self.norm2, self.feedForward) = (NormPoint(norm2, .norm2), feedForward)
        (self.postNorm1, self.postNorm2) = (NormPoint(postNorm1, .postNorm1), NormPoint(postNorm2, .postNorm2))
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let a = postNorm1(
            attention(norm1(x, context), of: AttentionInput(x, norm1), context), as: .float32, context)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let f = postNorm2(
            feedForward(norm2(context.tap(.feedForwardIn, h), context), context), as: .float32, context)
        return context.tap(.residualPost, h + context.tap(.feedForwardOut, f))
    }

    package var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + norm1.tapPoints + attention.tapPoints + postNorm1.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + norm2.tapPoints + feedForward.tapPoints
            + postNorm2.tapPoints + [TapShape](points: .feedForwardOut, .residualPost)
    }
}

/// The block of the first transformer (arXiv:1706.03762): a norm after each sum.
package struct PostNormBlock: DecoderBlock {
    package let attention: CausalSelfAttention
    package let norm1: NormPoint
    package let feedForward: any FeedForwardNetwork
    package let norm2: NormPoint

    package init(attention: CausalSelfAttention, norm1: any Norm, feedForward: any FeedForwardNetwork, norm2: any Norm)
    {
        (self.attention, self.norm1) = (attention, NormPoint(norm1, .norm1))
        (self.feedForward, self.norm2) = (feedForward, NormPoint(norm2, .norm2))
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let a = attention(x.cast(to: context.computeType), of: AttentionInput(x), context)
        let mid = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let h = norm1(context.tap(.feedForwardIn, mid), as: .float32, context)
        let f = context.tap(.feedForwardOut, feedForward(h.cast(to: context.computeType), context))
        let post = context.tap(.residualPost, h + f)
        return context.tap(.normalizedResidualPost, norm2(post, as: .float32, context))
    }

    package var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + attention.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + norm1.tapPoints + feedForward.tapPoints
            + [TapShape](points: .feedForwardOut, .residualPost) + norm2.tapPoints
            + [TapShape](points: .normalizedResidualPost)
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
        let a = attention(n, of: AttentionInput(x, norm1), context)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let f = feedForward(feedForwardInput(x, n, context), context)
        return context.tap(.residualPost, h + context.tap(.feedForwardOut, f))
    }

    /// The norm of x that the network reads: its own, or the one that attention has read.
    private func feedForwardInput(_ x: Tensor, _ n: Tensor, _ context: ForwardContext) -> Tensor {
        let isReplaced = context.interest(in: .feedForwardIn) == .write, x = context.tap(.feedForwardIn, x)
        if let norm2 { return norm2(x, context) }
        return isReplaced ? norm1.unwatched(x, as: context.computeType) : n
    }

    package var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + norm1.tapPoints + attention.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + (norm2?.tapPoints ?? [])
            + feedForward.tapPoints + [TapShape](points: .feedForwardOut, .residualPost)
    }
}
