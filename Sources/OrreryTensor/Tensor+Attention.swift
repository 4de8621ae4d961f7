import Kernels

extension Tensor {
    /// Fused attention of queries [B, T, H D] on keys and values [B, S, Hkv D], all from position 0: [B, T, H D].
    ///
    /// Sinks and a distance bias have no gradient, nor has attention to another sequence.
    package func attention(keys: Tensor, values: Tensor, _ attention: AttentionShape, dropout: Dropout? = nil) -> Tensor {
        let D = attention.headSize, processor = Processor.current
        precondition(
            shape == [attention.batch, attention.queries, attention.heads * D] && keys.shape == values.shape && attention.firstPosition == 0
                && keys.shape == [attention.batch, attention.keys, attention.keyValueHeads * D],
            "attention: q \(shape), k \(keys.shape), v \(values.shape), \(attention)")
        let isTracked = [trace, keys.trace, values.trace].contains { $0?.tape != nil }
        precondition(
            !isTracked || (attention.sinks.isEmpty && attention.distanceBias == nil && attention.keys == attention.queries),
            "attention with sinks, relative positions or another sequence's keys has no gradient, and a tape is open")
        let tiles = KeyValueTiles.ofTraining(attention, keys: keys.headRows(headSize: D), values: values.headRows(headSize: D), type: dtype)
        let y = Tensor(empty: shape, dtype), lse = Tensor(empty: [attention.batch, attention.heads, attention.queries], .float32)
        let dropout = dropout.flatMap { $0.probability > 0 ? $0 : nil }
        processor.attention(
            attention, q: headRows(headSize: D), keyValues: tiles, y: y.headRows(headSize: D), logSumExp: lse.float32Pointer, dropout: dropout)
        return traced(
            y, trace, keys.trace, values.trace,
            op: .attention(q: self, k: keys, v: values, y: y, logSumExp: lse, attention, dropout: dropout))
    }

    /// Attention of new queries [B, T, H D], whose keys and values [B, T, Hkv D] join those in the caches first.
    ///
    /// A cache that keeps only a window takes them in pieces, each of which is attended to before the next one overwrites what it saw.
    package func attention(keys: Tensor, values: Tensor, joining caches: [KeyValueTiles], _ attention: AttentionShape) -> Tensor {
        let D = attention.headSize, y = Tensor(empty: shape, dtype)
        precondition(
            shape == [attention.batch, attention.queries, attention.heads * D] && keys.shape == values.shape && caches.count == attention.batch
                && keys.shape == [attention.batch, attention.queries, attention.keyValueHeads * D],
            "attention: q \(shape), k \(keys.shape), v \(values.shape), \(caches.count) caches, \(attention)")
        for start in stride(from: 0, to: attention.queries, by: min(caches[0].room, attention.queries)) {
            var piece = attention
            piece.queries = min(caches[0].room, attention.queries - start)
            piece.firstPosition += start
            func rows(_ x: Tensor) -> HeadRows { x.headRows(headSize: D).dropFirst(start) }
            KeyValueTiles.write(rows(keys), rows(values), into: caches, rows: piece.queries, at: piece.firstPosition)
            Processor.current.attention(piece, q: rows(self), keyValues: caches, y: rows(y), logSumExp: nil)
        }
        return withExtendedLifetime((self, keys, values)) { y }
    }

    /// Attention of new queries [B, T, H D] on caches that already hold their keys and values.
    package func attention(cached: [KeyValueTiles], _ attention: AttentionShape) -> Tensor {
        let y = Tensor(empty: shape, dtype), D = attention.headSize
        Processor.current.attention(attention, q: headRows(headSize: D), keyValues: cached, y: y.headRows(headSize: D), logSumExp: nil)
        return y
    }

    /// Turns the heads of [B, T, H D] by their positions.
    ///
    /// - Parameter sequenceLength: of the whole sequence, which some scalings depend on; nil: it ends with these positions.
    package func rotary(_ table: RotaryTable, headSize: Int, firstPosition: Int = 0, sequenceLength: Int? = nil) -> Tensor {
        precondition(
            shape.count == 3 && width % headSize == 0 && firstPosition + shape[1] <= table.positions,
            "rotary: x \(shape), head size \(headSize), positions from \(firstPosition) in a table of \(table.positions)")
        let y = Tensor(empty: shape, dtype), end = firstPosition + shape[1]
        let positions = RotaryPositions(first: firstPosition, count: shape[1], sequenceLength: max(end, sequenceLength ?? end))
        turn(into: y, table, headSize: headSize, positions, sign: 1)
        return traced(y, trace, op: .rotary(x: self, table, headSize: headSize, positions))
    }

    package func turn(into y: Tensor, _ table: RotaryTable, headSize: Int, _ positions: RotaryPositions, sign: Float) {
        let rows = table.rows(positions)
        withExtendedLifetime(rows) {
            Processor.current.rotary(
                headRows(headSize: headSize), into: y.headRows(headSize: headSize), cosines: rows.cosines.float32Pointer + rows.offset,
                sines: rows.sines.float32Pointer + rows.offset, sign: sign, batch: shape[0], rows: shape[1], heads: width / headSize, rotated: table.rotated)
        }
    }

    /// Softmax over the keys each query sees; scores [B, H, T, S] float32, query t of T at position firstPosition + t.
    ///
    /// - Parameter sinks: per head a score whose share goes nowhere, or empty.
    package func maskedSoftmax(_ mask: AttentionMask, firstPosition: Int, sinks: [Float] = []) -> Tensor {
        let (T, S) = (shape[shape.count - 2], width)
        let source = contiguous()
        let y = Tensor(zeros: shape, .float32)
        withExtendedLifetime(source) {
            let from = source.float32Pointer, out = y.float32Pointer
            Processor.current.forRuns(.attention, rows, grain: 16, bytes: source.count * 8) {
                for r in $0 {
                    let seen = mask.keys(seenFrom: firstPosition + r % T).clamped(to: 0 ... S - 1)
                    let x = from + r * S, p = out + r * S
                    let sink = sinks.isEmpty ? -Float.infinity : sinks[r / T % sinks.count]
                    let top = seen.reduce(sink) { max($0, x[$1]) }
                    var sum = exponential(sink - top)
                    for i in seen {
                        p[i] = exponential(x[i] - top)
                        sum += p[i]
                    }
                    for i in seen { p[i] /= sum }
                }
            }
        }
        return traced(y, trace, op: .maskedSoftmax(scores: self, probabilities: y))
    }
}
