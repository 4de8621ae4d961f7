import Kernels
import OrreryTensor

/// What all decoders have in common: tokens to a residual stream, block after block, and back to tokens.
///
/// N rows, D width, V vocabulary.
package struct DecoderStack: Sendable {
    package let tokens: Embedding
    /// What embeddings are multiplied by; nil: nothing.
    package let embeddingMultiplier: Float?
    /// Of those that are added to the embeddings.
    package let positions: PositionEncoding
    package let blocks: [any DecoderBlock]
    package let finalNorm: NormPoint
    /// nil: the table of tokens is the output layer too (arXiv:1608.05859).
    package let head: Linear?
    package let logitsMultiplier: Float?
    /// Logits become cap tanh(logit / cap) (arXiv:2408.00118, 2).
    package let logitsSoftCap: Float?
    /// Of the rotary scalings those that go by a sequence's length.
    private let stretching: [RotaryScaling]

    package init(
        tokens: Embedding, embeddingMultiplier: Float? = nil, positions: PositionEncoding = .none,
        blocks: [any DecoderBlock], finalNorm: any Norm, head: Linear?,
        logitsMultiplier: Float? = nil, logitsSoftCap: Float? = nil
    ) {
        (self.tokens, self.embeddingMultiplier, self.positions, self.blocks) = (
            tokens, embeddingMultiplier, positions, blocks
        )
        (self.finalNorm, self.head) = (NormPoint(finalNorm, .finalNorm), head)
        (self.logitsMultiplier, self.logitsSoftCap) = (logitsMultiplier, logitsSoftCap)
        stretching = Array(
            Set(blocks.compactMap { $0.attention.positions.rotaryTable?.scaling }).filter(\.goesByLength))
    }

    /// The residual stream after the last block, float32 [wanted rows, D]. The sequences' states have read the rows
    /// then.
    package func hidden(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        let context = context.over(batch)
        var x = tokens(batch.ids, context)
        if let embeddingMultiplier { x = x.scaled(by: embeddingMultiplier) }
        x = context.tap(.embed, x)
        if let added = positions.added(context.rows, width: x.width) { x = x + context.tap(.positionEmbed, added) }
        x = x.droppedOut(context.dropout?())
        for (layer, block) in blocks.enumerated() {
            x = context.at(layer).checkpointed(x) { block($0, $1) }
        }
        batch.complete()
        return batch.wanted(x)
    }

    /// The final norm and the output layer on any rows of the residual stream: logits [rows, V], float32.
    package func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.unembedIn, context.tap(.finalNormOut, finalNorm(residual, context)))
        var logits = context.tap(.unembedOut, head?(x, context, as: .float32) ?? tokens.unembed(x, context))
        if let logitsMultiplier { logits = logits.scaled(by: logitsMultiplier) }
        if let logitsSoftCap { logits = logits.softCapped(at: logitsSoftCap) }
        return logits
    }

    /// Which frequencies turn queries and keys of a sequence of so many positions: equal numbers, equal frequencies.
    package func rotaryStretch(of length: Int) -> Int {
        stretching.reduce(0) { max($0, $1.stretchNumber(length)) }
    }

    /// The points of the forward pass, the logits included.
    package var tapPoints: TapPoints {
        let positions =
            switch positions {
            case .learned, .sinusoidal: [TapShape](points: .positionEmbed)
            case .none, .rotary, .alibi: [TapShape]()
            }
        return TapPoints(
            .decoderOnly, before: [TapShape](points: .embed) + positions, layers: blocks.map(\.tapPoints),
            after: finalNorm.tapPoints + [TapShape](points: .finalNormOut, .unembedIn, .unembedOut, .logits))
    }
}
