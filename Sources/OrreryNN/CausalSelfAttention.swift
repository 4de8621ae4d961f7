import Kernels
import OrreryTensor

/// Multi-head causal attention (arXiv:1706.03762, 3.2), with grouped key-value heads (arXiv:2305.13245), norms of
/// queries and keys (arXiv:2302.05442), rotary or ALiBi positions, a sliding window (arXiv:2310.06825), soft-capped
/// scores (arXiv:2408.00118) and sinks (arXiv:2309.17453) where the model has them.
///
/// N rows, H heads, Hk key-value heads, d head size.
package struct CausalSelfAttention: Sendable {
    /// One product for the three, or one each: checkpoints come both ways.
    package enum Projection: Sendable {
        case fused(Linear)
        /// Fused, head by head: query, key and value of the first, then of the second
        case fusedByHead(Linear)
        case separate(query: Linear, key: Linear, value: Linear)
    }

    package let projection: Projection
    package let output: Linear
    package let queryNorm: NormPoint?
    package let keyNorm: NormPoint?
    package let positions: PositionEncoding
    package let heads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    /// How many positions a query sees, its own included; nil: all up to its own.
    package let slidingWindow: Int?
    /// Of the scores; nil: 1 / sqrt(head size).
    package let scale: Float?
    package let softCap: Float?
    /// [H]
    package let sinks: Parameter?

    package init(
        projection: Projection, output: Linear, queryNorm: (any Norm)? = nil, keyNorm: (any Norm)? = nil,
        positions: PositionEncoding, heads: Int,
        keyValueHeads: Int, headSize: Int, slidingWindow: Int? = nil, scale: Float? = nil, softCap: Float? = nil,
        sinks: Parameter? = nil
    ) {
        (self.projection, self.output) = (projection, output)
        self.queryNorm = queryNorm.map { NormPoint($0, .queryNorm, heads: (heads, headSize)) }
        self.keyNorm = keyNorm.map { NormPoint($0, .keyNorm, heads: (keyValueHeads, headSize)) }
        (self.positions, self.heads, self.keyValueHeads, self.headSize) = (positions, heads, keyValueHeads, headSize)
        (self.slidingWindow, self.scale, self.softCap, self.sinks) = (slidingWindow, scale, softCap, sinks)
    }

    /// x [N, D] to [N, D], float32.
    ///
    /// - Parameter input: what x was made of, for taps.
    package func callAsFunction(_ x: Tensor, of input: AttentionInput, _ context: ForwardContext) -> Tensor {
        var (q, k, v) = project(x, of: input, context)
        q = context.tap(.query, heads: heads, q)
        k = context.tap(.key, heads: keyValueHeads, k)
        v = context.tap(.value, heads: keyValueHeads, v)
        if let queryNorm { q = queryNorm(q, as: q.dtype, context) }
        if let keyNorm { k = keyNorm(k, as: k.dtype, context) }
        if let table = positions.rotaryTable {
            q = q.rotary(table, headSize: headSize, context.rows.rotary)
            k = k.rotary(table, headSize: headSize, context.rows.rotary)
            q = context.tap(.rotatedQuery, heads: heads, q)
            k = context.tap(.rotatedKey, heads: keyValueHeads, k)
        }
        let z = context.tap(.mixed, heads: heads, attend(q, k, v, context))
        let y = HeadResults(output: output, heads: heads, point: .result).offered(
            output(z, context, as: .float32), of: z, context)
        return y.droppedOut(context.dropout?())
    }

    private func project(
        _ x: Tensor, of input: AttentionInput, _ context: ForwardContext
    ) -> AttentionInput.Projected {
        let plain = project(x, context)
        guard context.taps != nil else { return plain }
        return input.offered(plain, heads: heads, keyValueHeads: keyValueHeads, context) { project($0, $1) }
    }

    private func project(_ x: Tensor, _ context: ForwardContext) -> AttentionInput.Projected {
        switch projection {
        case .fused(let linear):
            let parts = linear(x, context).split([heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize])
            return (parts[0], parts[1], parts[2])
        case .fusedByHead(let linear):
            precondition(heads == keyValueHeads, "fused by head: \(heads) heads over \(keyValueHeads) key-value heads")
            let parts = linear(x, context).reshaped([x.rows * heads, 3 * headSize]).split([
                headSize, headSize, headSize,
            ]).map {
                $0.reshaped([x.rows, heads * headSize])
            }
            return (parts[0], parts[1], parts[2])
        case .separate(let query, let key, let value):
            return (query(x, context), key(x, context), value(x, context))
        }
    }

    private func attend(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ context: ForwardContext) -> Tensor {
        let rows = context.rows
        let shape = AttentionShape(
            runs: rows.runs, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
            mask: AttentionMask(slidingWindow: slidingWindow), scale: scale,
            softCap: softCap, slopes: positions.slopes, sinks: sinks?.value.floats ?? [])
        let attention = ScoredAttention(shape, .own, context, learned: LearnedTerms(sinks: sinks))
        if rows.isStateless { return attention(q, keys: k, values: v, dropout: context.dropout?()) }
        let caches = rows.tiles(layer: context.layer, heads: keyValueHeads, headSize: headSize, type: q.dtype)
        return attention(q, keys: k, values: v, joining: caches)
    }

    package var tapPoints: [TapShape] {
        AttentionInput.tapPoints(heads: heads, keyValueHeads: keyValueHeads)
            + [TapShape](points: .query, .key, .value) + (queryNorm?.tapPoints ?? []) + (keyNorm?.tapPoints ?? [])
            + (positions.rotaryTable == nil ? [] : [TapShape](points: .rotatedQuery, .rotatedKey))
            + [TapShape](points: .scores, .pattern, .mixed, .result)
    }
}

extension CausalSelfAttention.Projection {
    /// Hugging Face's `q_proj`, `k_proj` and `v_proj` of widths D to `query`, `keyValue` and `keyValue`.
    package static func separate(
        _ scope: WeightScope, _ D: Int, query: Int, keyValue: Int, bias: Bool,
        initial: InitialValue = .normal(standardDeviation: 0.02)
    ) throws -> Self {
        .separate(
            query: try Linear(scope["q_proj"], D, query, bias: bias, initial: initial),
            key: try Linear(scope["k_proj"], D, keyValue, bias: bias, initial: initial),
            value: try Linear(scope["v_proj"], D, keyValue, bias: bias, initial: initial))
    }
}
