import Kernels
import OrreryTensor

/// Multi-head causal attention (arXiv:1706.03762, 3.2), with grouped key-value heads (arXiv:2305.13245), norms of queries and keys
/// (arXiv:2302.05442) and rotary or ALiBi positions where the model has them.
///
/// B batch, T new positions, S all positions, H heads, Hk key-value heads, d head size.
public struct CausalSelfAttention {
    /// One product for the three, or one each: checkpoints come both ways.
    public enum Projection {
        case fused(Linear)
        case separate(query: Linear, key: Linear, value: Linear)
    }

    public let projection: Projection
    public let output: Linear
    public let queryNorm: RMSNorm?
    public let keyNorm: RMSNorm?
    public let positions: PositionEncoding
    public let heads: Int
    public let keyValueHeads: Int
    public let headSize: Int

    public init(
        projection: Projection, output: Linear, queryNorm: RMSNorm? = nil, keyNorm: RMSNorm? = nil, positions: PositionEncoding, heads: Int,
        keyValueHeads: Int, headSize: Int
    ) {
        (self.projection, self.output, self.queryNorm, self.keyNorm) = (projection, output, queryNorm, keyNorm)
        (self.positions, self.heads, self.keyValueHeads, self.headSize) = (positions, heads, keyValueHeads, headSize)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        var (q, k, v) = project(x)
        if let queryNorm { q = queryNorm(q, as: q.dtype) }
        if let keyNorm { k = keyNorm(k, as: k.dtype) }
        q = context.tap(.query, layer, q)
        k = context.tap(.key, layer, k)
        v = context.tap(.value, layer, v)
        if let table = positions.rotaryTable {
            q = context.tap(.rotatedQuery, layer, q.rotary(table, headSize: headSize, firstPosition: context.firstPosition))
            k = context.tap(.rotatedKey, layer, k.rotary(table, headSize: headSize, firstPosition: context.firstPosition))
        }
        let z = context.tap(.mixed, layer, mix(q, k, v, context, layer))
        return context.tap(.attentionOut, layer, output(z, as: .float32)).droppedOut(context.dropout?())
    }

    private func project(_ x: Tensor) -> (Tensor, Tensor, Tensor) {
        switch projection {
        case .fused(let linear):
            let parts = linear(x).split([heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize])
            return (parts[0], parts[1], parts[2])
        case .separate(let query, let key, let value):
            return (query(x), key(x), value(x))
        }
    }

    private func mix(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ context: ForwardContext, _ layer: Int) -> Tensor {
        let (B, T) = (q.shape[0], q.shape[1])
        let shape = AttentionShape(
            batch: B, queries: T, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, firstPosition: context.firstPosition,
            slopes: positions.slopes)
        let cached = context.cache.map { cache in
            let tiles = cache.tiles[layer]
            for b in 0 ..< B {
                tiles[b].write(
                    keys: k.headRows(headSize: headSize), values: v.headRows(headSize: headSize), batch: b, rows: T, at: context.firstPosition)
            }
            return tiles
        }
        let interests = [context.interest(in: .scores, layer), context.interest(in: .pattern, layer)]
        if interests.contains(.write) { return unfused(q, k, v, cached, shape, context, layer) }
        if interests.contains(.read) { _ = unfused(q, k, v, cached, shape, context, layer) }
        guard let cached else { return q.attention(keys: k, values: v, shape, dropout: context.dropout?()) }
        return q.attention(cached: cached, shape)
    }

    /// The same attention with its scores and pattern as tensors, for taps. Dropout of the pattern is left out.
    private func unfused(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ cached: [KeyValueTiles]?, _ shape: AttentionShape, _ context: ForwardContext, _ layer: Int
    ) -> Tensor {
        let S = shape.keys
        let allKeys = cached.map { Tensor(keysOf: $0, count: S) } ?? k, allValues = cached.map { Tensor(valuesOf: $0, count: S) } ?? v
        let queries = q.cast(to: .float32).swappingHeads(heads, merging: false)
        let keys = allKeys.cast(to: .float32).swappingHeads(keyValueHeads, merging: false).repeatingHeads(shape.group)
        let values = allValues.cast(to: .float32).swappingHeads(keyValueHeads, merging: false).repeatingHeads(shape.group)
        var scores = queries.matmul(keys, transposeB: true).scaled(by: shape.scale)
        if !shape.slopes.isEmpty { scores = scores.adding(distances(shape)) }
        scores = context.tap(.scores, layer, scores)
        let pattern = context.tap(.pattern, layer, scores.causalSoftmax(firstPosition: shape.firstPosition))
        return pattern.matmul(values).swappingHeads(heads, merging: true).cast(to: q.dtype)
    }

    /// ALiBi's term [B, H, T, S].
    private func distances(_ shape: AttentionShape) -> Tensor {
        let one = shape.slopes.flatMap { slope in
            (0 ..< shape.queries).flatMap { t in (0 ..< shape.keys).map { s in -slope * Float(shape.firstPosition + t - s) } }
        }
        return Tensor((0 ..< shape.batch).flatMap { _ in one }, shape: [shape.batch, shape.heads, shape.queries, shape.keys])
    }
}
