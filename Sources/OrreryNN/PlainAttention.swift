import Kernels
import OrreryTensor

/// softmax(q kᵀ / sqrt(d)) v as it is written (arXiv:1706.03762, equation 1), with scores and pattern as tensors: for
/// taps that look at them or change them, and for readers of this code. `Processor.attention` computes the same tile by
/// tile, without ever holding the scores. Dropout of the pattern is left out.
///
/// T queries and S keys of a sequence, H heads, Hk key-value heads, d head size. Sequences that are equally long and
/// stand at one position are computed together, B of them.
struct PlainAttention {
    private let shape: AttentionShape
    private let points: AttentionPoints
    private let sinks: Parameter?
    private let context: ForwardContext

    init(_ shape: AttentionShape, _ points: AttentionPoints, sinks: Parameter?, _ context: ForwardContext) {
        (self.shape, self.points, self.sinks, self.context) = (shape, points, sinks, context)
    }

    /// q [N, H d], keys and values [S, Hk d] of whole sequences, one per run: [N, H d].
    func callAsFunction(_ q: Tensor, keys: Tensor, values: Tensor) -> Tensor {
        var ends = [0]
        for run in shape.runs { ends.append(ends.last! + run.keys) }
        return joined(q) { r in (keys.rows(ends[r] ..< ends[r + 1]), values.rows(ends[r] ..< ends[r + 1])) }
    }

    /// The same on caches that already hold the keys and values, one per run.
    func callAsFunction(_ q: Tensor, cached: [KeyValueTiles]) -> Tensor {
        joined(q) { r in
            (
                Tensor(keysOf: cached[r], count: shape.runs[r].keys),
                Tensor(valuesOf: cached[r], count: shape.runs[r].keys)
            )
        }
    }

    /// - Parameter keyValues: of the run of this number.
    private func joined(_ q: Tensor, _ keyValues: (Int) -> (Tensor, Tensor)) -> Tensor {
        let first = shape.runs[0]
        let isUniform = shape.runs.allSatisfy {
            $0.queries == first.queries && $0.keys == first.keys && $0.firstPosition == first.firstPosition
        }
        let groups = isUniform ? [0 ..< shape.runs.count] : shape.runs.indices.map { $0 ..< $0 + 1 }
        return Tensor.joinedRows(
            groups.map { group in
                let both = group.map(keyValues), runs = Array(shape.runs[group])
                let queries = q.rows(runs[0].firstRow ..< runs[runs.count - 1].rows.upperBound)
                return attention(queries, Tensor.joinedRows(both.map(\.0)), Tensor.joinedRows(both.map(\.1)), runs)
            })
    }

    private func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, _ runs: [AttentionShape.Run]) -> Tensor {
        let run = runs[0]
        func heads(_ x: Tensor, _ positions: Int, _ count: Int) -> Tensor {  // [B, count, positions, d]
            x.cast(to: .float32).reshaped([runs.count, positions, x.width]).swappingHeads(count, merging: false)
        }
        let queries = heads(q, run.queries, shape.heads)
        let keys = heads(k, run.keys, shape.keyValueHeads).repeatingHeads(shape.group)
        let values = heads(v, run.keys, shape.keyValueHeads).repeatingHeads(shape.group)
        var scores = queries.matmul(keys, transposeB: true).scaled(by: shape.scale)
        if let softCap = shape.softCap { scores = scores.softCapped(at: softCap) }
        if let terms = terms(runs) { scores = scores + terms }
        scores = context.tap(points.scores, scores)
        // What the mask hides is -inf by now, so that a writer who puts a number there uncovers it.
        let pattern = context.tap(
            points.pattern, scores.maskedSoftmax(.none, firstPosition: run.firstPosition, sinks: sinks))
        return pattern.matmul(values).swappingHeads(shape.heads, merging: true).reshaped([q.rows, q.width]).cast(
            to: q.dtype)
    }

    /// What is added to scores [B, H, T, S]: terms of distance, and -inf where the mask hides a key. nil: nothing.
    private func terms(_ runs: [AttentionShape.Run]) -> Tensor? {
        if shape.mask == .none, shape.slopes.isEmpty, shape.distanceBias == nil { return nil }
        let run = runs[0]
        var one: [Float] = []
        for head in 0 ..< shape.heads {
            for t in 0 ..< run.queries {
                let position = run.firstPosition + t, seen = shape.keys(seenFrom: position, in: run)
                one += (0 ..< run.keys).map { s in seen.contains(s) ? term(head, distance: s - position) : -.infinity }
            }
        }
        return Tensor(runs.flatMap { _ in one }, shape: [runs.count, shape.heads, run.queries, run.keys])
    }

    /// ALiBi's and T5's: what a score gains by the distance from query to key.
    private func term(_ head: Int, distance: Int) -> Float {
        let slope = shape.slopes.isEmpty ? 0 : shape.slopes[head] * Float(distance)
        return slope + (shape.distanceBias?.term(head: head, distance: distance) ?? 0)
    }
}
