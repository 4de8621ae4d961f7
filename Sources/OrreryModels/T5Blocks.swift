import Kernels
import OrreryNN
import OrreryTensor

/// A layer of T5's encoder: x [N, D], the residual stream, to what the next layer reads.
struct T5EncoderBlock {
    let norm1: NormPoint
    let attention: MultiHeadAttention
    let norm2: NormPoint
    let feedForward: any FeedForwardNetwork

    func callAsFunction(_ x: Tensor, _ distances: LearnedDistances, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.residualPre, x)
        let a = attention.bidirectional(
            norm1(x, context), of: AttentionInput(x, norm1), context, distances: distances)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let f = feedForward(norm2(context.tap(.feedForwardIn, h), context), context)
        return context.tap(.residualPost, h + context.tap(.feedForwardOut, f))
    }

    var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + norm1.tapPoints + attention.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + norm2.tapPoints + feedForward.tapPoints
            + [TapShape](points: .feedForwardOut, .residualPost)
    }
}

/// A layer of T5's decoder, which also reads what the encoder has made of another text.
struct T5DecoderBlock {
    let norm1: NormPoint
    let attention: MultiHeadAttention
    let norm2: NormPoint
    let crossAttention: MultiHeadAttention
    let norm3: NormPoint
    let feedForward: any FeedForwardNetwork

    /// - Parameter cross: attention to what the decoder reads.
    func callAsFunction(
        _ x: Tensor, _ distances: LearnedDistances, _ context: ForwardContext, cross: (Tensor) -> Tensor
    ) -> Tensor {
        let x = context.tap(.residualPre, x)
        let a = attention.causal(norm1(x, context), of: AttentionInput(x, norm1), context, distances: distances)
        let h = context.tap(.residualMid, x + context.tap(.attentionOut, a))
        let c = cross(norm2(context.tap(.crossIn, h), context))
        let mid = context.tap(.residualMidCross, h + context.tap(.crossOut, c))
        let f = feedForward(norm3(context.tap(.feedForwardIn, mid), context), context)
        return context.tap(.residualPost, mid + context.tap(.feedForwardOut, f))
    }

    var tapPoints: [TapShape] {
        [TapShape](points: .residualPre) + norm1.tapPoints + attention.tapPoints
            + [TapShape](points: .attentionOut, .residualMid, .crossIn) + norm2.tapPoints
            + crossAttention.crossTapPoints + [TapShape](points: .crossOut, .residualMidCross, .feedForwardIn)
            + norm3.tapPoints + feedForward.tapPoints + [TapShape](points: .feedForwardOut, .residualPost)
    }
}
