import Kernels
import OrreryTensor

/// softmax(scale q kᵀ) v of a batch: fused (`Processor.attention`), or where a tap asks for scores or pattern as it is
/// written (`PlainAttention`), next to the fused pass for a reader and in its place for a writer.
///
/// N rows, H heads, Hk key-value heads, d head size.
struct ScoredAttention {
    private let shape: AttentionShape
    private let points: AttentionPoints
    private let context: ForwardContext
    private let learned: LearnedTerms
    private let interest: TapInterest

    /// - Parameter learned: where sinks and distance terms of the shape come from, so that they have a gradient.
    init(
        _ shape: AttentionShape, _ points: AttentionPoints, _ context: ForwardContext,
        learned: LearnedTerms = LearnedTerms()
    ) {
        (self.shape, self.points, self.context, self.learned) = (shape, points, context, learned)
        let (scores, pattern) = (context.interest(in: points.scores), context.interest(in: points.pattern))
        interest = scores == .write || pattern == .write ? .write : scores == .read ? .read : pattern
    }

    /// q [N, H d] on keys and values [S, Hk d] of whole sequences, one per run: [N, H d].
    func callAsFunction(_ q: Tensor, keys: Tensor, values: Tensor, dropout: Dropout? = nil) -> Tensor {
        if interest != .none {
            let z = plain(q, keys: keys, values: values)
            if interest == .write { return z }
        }
        return q.attention(keys: keys, values: values, shape, learned: learned, dropout: dropout)
    }

    /// The same where the caches, one per run, hold the keys and values of earlier rows; it adds these.
    func callAsFunction(_ q: Tensor, keys k: Tensor, values v: Tensor, joining caches: [KeyValueTiles]) -> Tensor {
        guard interest != .none else { return q.attention(keys: k, values: v, joining: caches, shape) }
        // A tap sees all scores at once, of a window's ring as well.
        let whole = zip(caches, shape.runs).map { $0.withRoom(for: $1.queries, capacity: $1.keys) }
        write(k, v, into: whole)
        let z = plain(q, cached: whole)
        if interest == .read { return q.attention(keys: k, values: v, joining: caches, shape) }
        if zip(whole, caches).contains(where: { $0 !== $1 }) { write(k, v, into: caches) }
        return z
    }

    /// The same on caches that hold all keys and values.
    func callAsFunction(_ q: Tensor, cached: [KeyValueTiles]) -> Tensor {
        if interest != .none {
            let z = plain(q, cached: cached)
            if interest == .write { return z }
        }
        return q.attention(cached: cached, shape)
    }

    private func plain(_ q: Tensor, keys: Tensor, values: Tensor) -> Tensor {
        PlainAttention(shape, points, sinks: learned.sinks, context).callAsFunction(q, keys: keys, values: values)
    }

    private func plain(_ q: Tensor, cached: [KeyValueTiles]) -> Tensor {
        PlainAttention(shape, points, sinks: learned.sinks, context).callAsFunction(q, cached: cached)
    }

    private func write(_ k: Tensor, _ v: Tensor, into caches: [KeyValueTiles]) {
        withExtendedLifetime((k, v)) {
            KeyValueTiles.write(
                k.headRows(headSize: shape.headSize), v.headRows(headSize: shape.headSize), shape.runs, into: caches)
        }
    }
}
