import Kernels
import OrreryTensor

/// Multi-head causal attention (arXiv:1706.03762, 3.2), with grouped key-value heads (arXiv:2305.13245), norms of queries and keys
/// (arXiv:2302.05442), rotary or ALiBi positions, a sliding window (arXiv:2310.06825), soft-capped scores (arXiv:2408.00118) and sinks
/// (arXiv:2309.17453) where the model has them.
///
/// B batch, T new positions, S all positions, H heads, Hk key-value heads, d head size.
public struct CausalSelfAttention {
    /// One product for the three, or one each: checkpoints come both ways.
    public enum Projection {
        case fused(Linear)
        /// Fused, head by head: query, key and value of the first, then of the second
        case fusedByHead(Linear)
        case separate(query: Linear, key: Linear, value: Linear)
    }

    public let projection: Projection
    public let output: Linear
    public let queryNorm: (any Norm)?
    public let keyNorm: (any Norm)?
    public let positions: PositionEncoding
    public let heads: Int
    public let keyValueHeads: Int
    public let headSize: Int
    /// How many positions a query sees, its own included; nil: all up to its own.
    public let slidingWindow: Int?
    /// Of the scores; nil: 1 / sqrt(head size).
    public let scale: Float?
    public let softCap: Float?
    /// [H]
    public let sinks: Parameter?

    public init(
        projection: Projection, output: Linear, queryNorm: (any Norm)? = nil, keyNorm: (any Norm)? = nil, positions: PositionEncoding, heads: Int,
        keyValueHeads: Int, headSize: Int, slidingWindow: Int? = nil, scale: Float? = nil, softCap: Float? = nil, sinks: Parameter? = nil
    ) {
        (self.projection, self.output, self.queryNorm, self.keyNorm) = (projection, output, queryNorm, keyNorm)
        (self.positions, self.heads, self.keyValueHeads, self.headSize) = (positions, heads, keyValueHeads, headSize)
        (self.slidingWindow, self.scale, self.softCap, self.sinks) = (slidingWindow, scale, softCap, sinks)
    }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
        var (q, k, v) = project(x)
        if let queryNorm { q = queryNorm(q, as: q.dtype) }
        if let keyNorm { k = keyNorm(k, as: k.dtype) }
        q = context.tap(.query, layer, q)
        k = context.tap(.key, layer, k)
        v = context.tap(.value, layer, v)
        if let table = positions.rotaryTable {
            q = context.tap(.rotatedQuery, layer, turned(q, table, context))
            k = context.tap(.rotatedKey, layer, turned(k, table, context))
        }
        let z = context.tap(.mixed, layer, mix(q, k, v, context, layer))
        return context.tap(.attentionOut, layer, output(z, as: .float32)).droppedOut(context.dropout?())
    }

    private func turned(_ x: Tensor, _ table: RotaryTable, _ context: ForwardContext) -> Tensor {
        x.rotary(table, headSize: headSize, firstPosition: context.firstPosition, sequenceLength: context.sequenceLength)
    }

    private func project(_ x: Tensor) -> (Tensor, Tensor, Tensor) {
        switch projection {
        case .fused(let linear):
            let parts = linear(x).split([heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize])
            return (parts[0], parts[1], parts[2])
        case .fusedByHead(let linear):
            precondition(heads == keyValueHeads, "fused by head: \(heads) heads over \(keyValueHeads) key-value heads")
            let parts = linear(x).reshaped([x.rows * heads, 3 * headSize]).split([headSize, headSize, headSize])
            let shape: [Int] = x.shape.dropLast() + [heads * headSize]
            return (parts[0].reshaped(shape), parts[1].reshaped(shape), parts[2].reshaped(shape))
        case .separate(let query, let key, let value):
            return (query(x), key(x), value(x))
        }
    }

    private func mix(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ context: ForwardContext, _ layer: Int) -> Tensor {
        let (B, T) = (q.shape[0], q.shape[1])
        let shape = AttentionShape(
            batch: B, queries: T, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, firstPosition: context.firstPosition,
            mask: AttentionMask(slidingWindow: slidingWindow), scale: scale, softCap: softCap, slopes: positions.slopes, sinks: sinks?.value.floats ?? [])
        let interests = [context.interest(in: .scores, layer), context.interest(in: .pattern, layer)]
        let isRead = interests.contains(.read), isWritten = interests.contains(.write)
        guard let caches = context.cache?.tiles[layer] else {
            if isRead || isWritten {
                let z = unfused(q, k, v, nil, shape, context, layer)
                if isWritten { return z }
            }
            return q.attention(keys: k, values: v, shape, dropout: context.dropout?())
        }
        guard isRead || isWritten else { return q.attention(keys: k, values: v, joining: caches, shape) }
        // A tap sees all scores at once.
        let whole = caches.map { $0.withRoom(for: T, capacity: shape.keys) }
        func write(into caches: [KeyValueTiles]) {
            KeyValueTiles.write(k.headRows(headSize: headSize), v.headRows(headSize: headSize), into: caches, rows: T, at: context.firstPosition)
        }
        write(into: whole)
        let z = unfused(q, k, v, whole, shape, context, layer)
        if !isWritten { return q.attention(keys: k, values: v, joining: caches, shape) }
        if whole[0] !== caches[0] { write(into: caches) }
        return z
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
        if let softCap { scores = scores.softCapped(at: softCap) }
        if !shape.slopes.isEmpty { scores = scores.adding(distances(shape)) }
        scores = context.tap(.scores, layer, scores)
        let pattern = context.tap(.pattern, layer, scores.maskedSoftmax(shape.mask, firstPosition: shape.firstPosition, sinks: shape.sinks))
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

extension CausalSelfAttention.Projection {
    /// Hugging Face's `q_proj`, `k_proj` and `v_proj` of widths D to `query`, `keyValue` and `keyValue`.
    public static func separate(
        _ scope: WeightScope, _ D: Int, query: Int, keyValue: Int, bias: Bool, initial: InitialValue = .normal(standardDeviation: 0.02)
    ) throws -> Self {
        .separate(
            query: try Linear(scope["q_proj"], D, query, bias: bias, initial: initial),
            key: try Linear(scope["k_proj"], D, keyValue, bias: bias, initial: initial),
            value: try Linear(scope["v_proj"], D, keyValue, bias: bias, initial: initial))
    }
}
