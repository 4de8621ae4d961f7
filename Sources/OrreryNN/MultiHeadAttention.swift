import Kernels
import OrreryTensor

/// Multi-head attention of encoders and encoder-decoders (arXiv:1706.03762, 3.2): to the whole sequence, to what came
/// before, or to another sequence.
///
/// N rows, S of another sequence, H heads, d head size.
public struct MultiHeadAttention: Sendable {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let output: Linear
    public let heads: Int
    public let headSize: Int
    /// Of the scores; nil: 1 / sqrt(d).
    public let scale: Float?

    public init(
        query: Linear, key: Linear, value: Linear, output: Linear, heads: Int, headSize: Int, scale: Float? = nil
    ) {
        (self.query, self.key, self.value, self.output) = (query, key, value, output)
        (self.heads, self.headSize, self.scale) = (heads, headSize, scale)
    }

    /// Every position of a sequence sees all of them: x [N, D] to [N, D], float32.
    package func bidirectional(_ x: Tensor, _ context: ForwardContext, distanceBias: DistanceBias? = nil) -> Tensor {
        let (q, k, v) = project(x, context)
        precondition(context.rows.isStateless, "attention both ways: a sequence is read whole, and has no state")
        return output(q.attention(keys: k, values: v, shape(context.rows.runs, .none, distanceBias)), context)
    }

    /// Every position sees itself and those before it, of which the sequences' states hold the earlier ones.
    package func causal(_ x: Tensor, _ context: ForwardContext, distanceBias: DistanceBias? = nil) -> Tensor {
        let (q, k, v) = project(x, context), rows = context.rows, shape = shape(rows.runs, .causal, distanceBias)
        if rows.isStateless { return output(q.attention(keys: k, values: v, shape), context) }
        let caches = rows.tiles(layer: context.layer, heads: heads, headSize: headSize, type: q.dtype)
        return output(q.attention(keys: k, values: v, joining: caches, shape), context)
    }

    /// Every position sees all of another sequence, whose keys and values are kept, one for each run: x [N, D] to [N,
    /// D], float32.
    package func cross(_ x: Tensor, _ sources: [SourceMemory], _ context: ForwardContext) -> Tensor {
        precondition(x.trace?.tape == nil, "attention to another sequence: has no gradient yet, and a tape is open")
        var runs = context.rows.runs
        for (r, source) in sources.enumerated() { (runs[r].firstPosition, runs[r].keys) = (0, source.count) }
        return output(query(x).attention(cached: sources.map(\.tiles), shape(runs, .none, nil)), as: .float32)
    }

    /// Keys and values of a sequence [S, D] for `cross`, in its type.
    package func memory(of source: Tensor) -> SourceMemory {
        let count = source.rows,
            tiles = KeyValueTiles(heads: heads, headSize: headSize, capacity: count, type: CacheType(source.dtype))
        let (k, v) = (key(source), value(source))
        tiles.write(
            keys: k.headRows(headSize: headSize), values: v.headRows(headSize: headSize), rows: 0 ..< count, at: 0)
        return withExtendedLifetime((k, v)) { SourceMemory(tiles: tiles, count: count) }
    }

    private func project(_ x: Tensor, _ context: ForwardContext) -> (Tensor, Tensor, Tensor) {
        (context.tap(.query, query(x)), context.tap(.key, key(x)), context.tap(.value, value(x)))
    }

    private func shape(
        _ runs: [AttentionShape.Run], _ mask: AttentionMask, _ distanceBias: DistanceBias?
    ) -> AttentionShape {
        AttentionShape(
            runs: runs, heads: heads, keyValueHeads: heads, headSize: headSize, mask: mask, scale: scale,
            distanceBias: distanceBias)
    }

    private func output(_ mixed: Tensor, _ context: ForwardContext) -> Tensor {
        output(context.tap(.mixed, mixed), as: .float32).droppedOut(context.dropout?())
    }
}

/// Keys and values of a sequence that another one reads.
public struct SourceMemory: Sendable {
    let tiles: KeyValueTiles
    let count: Int

    public var byteCount: Int { tiles.byteCount }
}
