import Kernels

extension Tensor {
    /// Fused causal attention of queries [B, T, H D] on keys and values [B, T, Hkv D], all from position 0: [B, T, H D].
    package func attention(keys: Tensor, values: Tensor, _ attention: AttentionShape, dropout: Dropout? = nil) -> Tensor {
        let D = attention.headSize, processor = Processor.current
        precondition(
            shape == [attention.batch, attention.queries, attention.heads * D] && keys.shape == values.shape && attention.firstPosition == 0
                && keys.shape == [attention.batch, attention.queries, attention.keyValueHeads * D],
            "attention: q \(shape), k \(keys.shape), v \(values.shape), \(attention)")
        let tiles = KeyValueTiles.ofTraining(attention, keys: keys.headRows(headSize: D), values: values.headRows(headSize: D), type: dtype)
        let y = Tensor(empty: shape, dtype), lse = Tensor(empty: [attention.batch, attention.heads, attention.queries], .float32)
        let dropout = dropout.flatMap { $0.probability > 0 ? $0 : nil }
        processor.attention(
            attention, q: headRows(headSize: D), keyValues: tiles, y: y.headRows(headSize: D), logSumExp: lse.float32Pointer, dropout: dropout)
        return traced(
            y, trace, keys.trace, values.trace,
            op: .attention(q: self, k: keys, v: values, y: y, logSumExp: lse, attention, dropout: dropout))
    }

    /// Attention of new queries [B, T, H D] on caches that already hold their keys and values.
    package func attention(cached: [KeyValueTiles], _ attention: AttentionShape) -> Tensor {
        let y = Tensor(empty: shape, dtype), D = attention.headSize
        Processor.current.attention(attention, q: headRows(headSize: D), keyValues: cached, y: y.headRows(headSize: D), logSumExp: nil)
        return y
    }

    /// Turns the heads of [B, T, H D] by their positions.
    package func rotary(_ table: RotaryTable, headSize: Int, firstPosition: Int = 0) -> Tensor {
        precondition(
            shape.count == 3 && width % headSize == 0 && firstPosition + shape[1] <= table.positions,
            "rotary: x \(shape), head size \(headSize), positions from \(firstPosition) in a table of \(table.positions)")
        let y = Tensor(empty: shape, dtype)
        turn(into: y, table, headSize: headSize, firstPosition: firstPosition, sign: 1)
        return traced(y, trace, op: .rotary(x: self, table, headSize: headSize, firstPosition: firstPosition))
    }

    package func turn(into y: Tensor, _ table: RotaryTable, headSize: Int, firstPosition: Int, sign: Float) {
        let first = firstPosition * table.rotated / 2
        let (cosines, sines) = table.rows(firstPosition + shape[1])
        withExtendedLifetime((cosines, sines)) {
            Processor.current.rotary(
                headRows(headSize: headSize), into: y.headRows(headSize: headSize), cosines: cosines.float32Pointer + first,
                sines: sines.float32Pointer + first, sign: sign, batch: shape[0], rows: shape[1], heads: width / headSize, rotated: table.rotated)
        }
    }

    /// Softmax over the keys each query sees; scores [B, H, T, S] float32, query t of T at position firstPosition + t.
    package func causalSoftmax(firstPosition: Int) -> Tensor {
        let (T, S) = (shape[shape.count - 2], width)
        let source = contiguous()
        let y = Tensor(zeros: shape, .float32)
        withExtendedLifetime(source) {
            let from = source.float32Pointer, out = y.float32Pointer
            Processor.current.forRuns(.attention, rows, grain: 16, bytes: source.count * 8) {
                for r in $0 {
                    let seen = min(S, firstPosition + r % T + 1)
                    let x = from + r * S, p = out + r * S
                    let top = (0 ..< seen).reduce(-Float.infinity) { max($0, x[$1]) }
                    var sum: Float = 0
                    for i in 0 ..< seen {
                        p[i] = exponential(x[i] - top)
                        sum += p[i]
                    }
                    for i in 0 ..< seen { p[i] /= sum }
                }
            }
        }
        return traced(y, trace, op: .causalSoftmax(scores: self, probabilities: y))
    }
}
