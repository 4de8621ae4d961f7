import Kernels
import OrreryTensor

/// Multi-head attention of encoders and encoder-decoders (arXiv:1706.03762, 3.2): to the whole sequence, to what came before, or to another sequence.
///
/// B batch, T queries, S keys, H heads, d head size.
public struct MultiHeadAttention {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let output: Linear
    public let heads: Int
    public let headSize: Int
    /// Of the scores; nil: 1 / sqrt(d).
    public let scale: Float?

    public init(query: Linear, key: Linear, value: Linear, output: Linear, heads: Int, headSize: Int, scale: Float? = nil) {
        (self.query, self.key, self.value, self.output) = (query, key, value, output)
        (self.heads, self.headSize, self.scale) = (heads, headSize, scale)
    }

    /// Every position of x [B, T, D] sees all of them.
    package func everywhere(_ x: Tensor, _ context: ForwardContext, layer: Int, distanceBias: DistanceBias? = nil) -> Tensor {
        let (q, k, v) = (tapped(query(x), .query), tapped(key(x), .key), tapped(value(x), .value))
        func tapped(_ x: Tensor, _ point: TapPoint) -> Tensor { context.tap(point, layer, x) }
        return project(q.attention(keys: k, values: v, shape(x, .none(keys: x.shape[1]), 0, distanceBias)), context, layer)
    }

    /// Every position sees itself and those before it, of which `context.cache` holds the earlier ones.
    package func causal(_ x: Tensor, _ context: ForwardContext, layer: Int, distanceBias: DistanceBias? = nil) -> Tensor {
        let (q, k, v) = (context.tap(.query, layer, query(x)), context.tap(.key, layer, key(x)), context.tap(.value, layer, value(x)))
        let shape = shape(x, .causal, context.firstPosition, distanceBias)
        guard let cache = context.cache else { return project(q.attention(keys: k, values: v, shape), context, layer) }
        return project(q.attention(keys: k, values: v, joining: cache.tiles[layer], shape), context, layer)
    }

    /// Every position sees all of another sequence, whose keys and values are kept.
    package func reading(_ source: SourceMemory, _ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        precondition(x.trace?.tape == nil, "attention to another sequence: has no gradient yet, and a tape is open")
        let tiles = Array(repeating: source.tiles, count: x.shape[0])
        return output(query(x).attention(cached: tiles, shape(x, .none(keys: source.count), 0, nil)), as: .float32)
    }

    /// Keys and values of a sequence [1, S, D] for `reading`, in its type.
    package func memory(of source: Tensor) -> SourceMemory {
        let count = source.shape[1], tiles = KeyValueTiles(heads: heads, headSize: headSize, capacity: count, type: CacheType(source.dtype))
        let (k, v) = (key(source), value(source))
        tiles.write(keys: k.headRows(headSize: headSize), values: v.headRows(headSize: headSize), batch: 0, rows: count, at: 0)
        return withExtendedLifetime((k, v)) { SourceMemory(tiles: tiles, count: count) }
    }

    private func shape(_ x: Tensor, _ mask: AttentionMask, _ first: Int, _ distanceBias: DistanceBias?) -> AttentionShape {
        AttentionShape(
            batch: x.shape[0], queries: x.shape[1], heads: heads, keyValueHeads: heads, headSize: headSize, firstPosition: first, mask: mask, scale: scale,
            distanceBias: distanceBias)
    }

    private func project(_ mixed: Tensor, _ context: ForwardContext, _ layer: Int) -> Tensor {
        context.tap(.attentionOut, layer, output(context.tap(.mixed, layer, mixed), as: .float32)).droppedOut(context.dropout?())
    }
}

/// Keys and values of a sequence that another one reads.
public struct SourceMemory {
    let tiles: KeyValueTiles
    let count: Int
}
