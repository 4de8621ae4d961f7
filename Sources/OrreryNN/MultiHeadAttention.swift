import Kernels
import OrreryTensor

/// Multi-head attention of encoders and encoder-decoders (arXiv:1706.03762, 3.2): to the whole sequence, to what came
/// before, or to another sequence.
///
/// N rows, S of another sequence, H heads, d head size.
package struct MultiHeadAttention: Sendable {
    package let query: Linear
    package let key: Linear
    package let value: Linear
    package let output: Linear
    package let heads: Int
    package let headSize: Int
    /// Of the scores; nil: 1 / sqrt(d).
    package let scale: Float?

    package init(
        query: Linear, key: Linear, value: Linear, output: Linear, heads: Int, headSize: Int, scale: Float? = nil
    ) {
        (self.query, self.key, self.value, self.output) = (query, key, value, output)
        (self.heads, self.headSize, self.scale) = (heads, headSize, scale)
    }

    /// Every position of a sequence sees all of them: x [N, D] to [N, D], float32.
    ///
    /// - Parameters:
    ///   - input: what x was made of, for taps.
    ///   - distances: learned terms that scores gain by the distance from query to key.
    package func bidirectional(
        _ x: Tensor, of input: AttentionInput, _ context: ForwardContext, distances: LearnedDistances? = nil
    ) -> Tensor {
        let (q, k, v) = project(x, of: input, context)
        precondition(context.rows.isStateless, "attention both ways: a sequence is read whole, and has no state")
        return output(attention(context.rows.runs, .none, distances, context)(q, keys: k, values: v), .own, context)
    }

    /// Every position sees itself and those before it, of which the sequences' states hold the earlier ones.
    package func causal(
        _ x: Tensor, of input: AttentionInput, _ context: ForwardContext, distances: LearnedDistances? = nil
    ) -> Tensor {
        let (q, k, v) = project(x, of: input, context), rows = context.rows
        let attention = attention(rows.runs, .causal, distances, context)
        if rows.isStateless { return output(attention(q, keys: k, values: v), .own, context) }
        let caches = rows.tiles(layer: context.layer, heads: heads, headSize: headSize, type: q.dtype)
        return output(attention(q, keys: k, values: v, joining: caches), .own, context)
    }

    /// Every position sees all of another sequence, whose keys and values are kept, one for each run: x [N, D] to [N,
    /// D], float32.
    package func cross(_ x: Tensor, _ sources: [SourceMemory], _ context: ForwardContext) -> Tensor {
        precondition(x.trace?.tape == nil, "attention to keys and values that are kept has no gradient")
        let q = context.tap(.crossQuery, heads: heads, query(x, context)),
            runs = runs(context, attendingTo: sources.map(\.count))
        let attention = ScoredAttention(shape(runs, .none, nil), .cross, context)
        return output(attention(q, cached: sources.map(\.tiles)), .cross, context)
    }

    /// The same of other sequences [S, D] as they are, one after another, so that they have a gradient.
    ///
    /// - Parameter lengths: of the sequences, one for each run.
    package func cross(_ x: Tensor, _ sources: Tensor, lengths: [Int], _ context: ForwardContext) -> Tensor {
        let q = context.tap(.crossQuery, heads: heads, query(x, context)), (k, v) = crossKeyValues(of: sources, context)
        let attention = ScoredAttention(shape(runs(context, attendingTo: lengths), .none, nil), .cross, context)
        return output(attention(q, keys: k, values: v), .cross, context)
    }

    private func crossKeyValues(of sources: Tensor, _ context: ForwardContext) -> (Tensor, Tensor) {
        (
            context.tap(.crossKey, heads: heads, key.unadapted(sources)),
            context.tap(.crossValue, heads: heads, value.unadapted(sources))
        )
    }

    private func runs(_ context: ForwardContext, attendingTo lengths: [Int]) -> [AttentionShape.Run] {
        var runs = context.rows.runs
        precondition(runs.count == lengths.count, "attention: \(runs.count) runs read \(lengths.count) sequences")
        for (r, length) in lengths.enumerated() { (runs[r].firstPosition, runs[r].keys) = (0, length) }
        return runs
    }

    private func attention(
        _ runs: [AttentionShape.Run], _ mask: AttentionMask, _ distances: LearnedDistances?, _ context: ForwardContext
    ) -> ScoredAttention {
        ScoredAttention(
            shape(runs, mask, distances?.bias), .own, context, learned: LearnedTerms(distances: distances?.terms))
    }

    /// Keys and values of a sequence [S, D] for `cross`, in its type.
    package func keysAndValues(of source: Tensor, _ context: ForwardContext) -> SourceMemory {
        let count = source.rows,
            tiles = KeyValueTiles(heads: heads, headSize: headSize, capacity: count, type: CacheType(source.dtype))
        let made = crossKeyValues(of: source, context), (k, v) = (made.0.contiguous(), made.1.contiguous())
        tiles.write(
            keys: k.headRows(headSize: headSize), values: v.headRows(headSize: headSize), rows: 0 ..< count, at: 0)
        return withExtendedLifetime((k, v)) { SourceMemory(tiles: tiles, count: count) }
    }

    /// Of the attention to the own sequence.
    package var tapPoints: [TapShape] {
        AttentionInput.tapPoints(heads: heads, keyValueHeads: heads)
            + [TapShape](points: .query, .key, .value, .scores, .pattern, .mixed, .result)
    }

    /// Of `cross`.
    package var crossTapPoints: [TapShape] {
        [TapShape](points: .crossQuery, .crossKey, .crossValue, .crossScores, .crossPattern, .crossMixed, .crossResult)
    }

    private func project(
        _ x: Tensor, of input: AttentionInput, _ context: ForwardContext
    ) -> AttentionInput.Projected {
        var all: AttentionInput.Projected = (query(x, context), key(x, context), value(x, context))
        if context.taps != nil {
            all = input.offered(all, heads: heads, keyValueHeads: heads, context) {
                (query($0, $1), key($0, $1), value($0, $1))
            }
        }
        return (
            context.tap(.query, heads: heads, all.query), context.tap(.key, heads: heads, all.key),
            context.tap(.value, heads: heads, all.value)
        )
    }

    private func shape(
        _ runs: [AttentionShape.Run], _ mask: AttentionMask, _ distanceBias: DistanceBias?
    ) -> AttentionShape {
        AttentionShape(
            runs: runs, heads: heads, keyValueHeads: heads, headSize: headSize, mask: mask, scale: scale,
            distanceBias: distanceBias)
    }

    private func output(_ mixed: Tensor, _ points: AttentionPoints, _ context: ForwardContext) -> Tensor {
        let z = context.tap(points.mixed, heads: heads, mixed)
        let y = HeadResults(output: output, heads: heads, point: points.result).offered(
            output(z, context, as: .float32), of: z, context)
        return y.droppedOut(context.dropout?())
    }
}

/// The keys and values of a text that an encoder has read, for one layer of the decoder.
public struct SourceMemory: Sendable {
    let tiles: KeyValueTiles
    let count: Int

    /// The number of bytes of memory that it holds.
    public var byteCount: Int { tiles.byteCount }
}
