import Kernels

extension Tensor {
    /// Fused attention of queries [N, H D] on keys and values [S, Hkv D] of whole sequences, one per run: [N, H D].
    ///
    /// - Parameter learned: where sinks and distance terms of the shape come from, so that they have a gradient.
    package func attention(
        keys: Tensor, values: Tensor, _ attention: AttentionShape, learned: LearnedTerms = LearnedTerms(),
        dropout: Dropout? = nil
    ) -> Tensor {
        let D = attention.headSize, processor = Processor.current
        precondition(
            shape == [attention.rows, attention.heads * D] && keys.shape == values.shape
                && attention.runs.allSatisfy { $0.firstPosition == 0 }
                && keys.shape == [attention.keys, attention.keyValueHeads * D],
            "attention: q \(shape), k \(keys.shape), v \(values.shape), \(attention)")
        let tiles = KeyValueTiles.ofTraining(
            attention, keys: keys.headRows(headSize: D), values: values.headRows(headSize: D), type: dtype)
        let y = Tensor(empty: shape, dtype), lse = Tensor(empty: [attention.heads, attention.rows], .float32)
        let dropout = dropout.flatMap { $0.probability > 0 ? $0 : nil }
        processor.attention(
            attention, q: headRows(headSize: D), keyValues: tiles, y: y.headRows(headSize: D),
            logSumExp: lse.float32Pointer, dropout: dropout)
        return traced(
            y, trace, keys.trace, values.trace, learned.sinks?.trace, learned.distances?.trace,
            op: .attention(q: self, k: keys, v: values, y: y, logSumExp: lse, attention, learned, dropout: dropout))
    }

    /// Attention of new queries [N, H D], whose keys and values [N, Hkv D] join those in the caches first, one cache
    /// per run.
    ///
    /// A cache that keeps only a window takes them in pieces, each of which is attended to before the next one
    /// overwrites what it saw.
    package func attention(
        keys: Tensor, values: Tensor, joining caches: [KeyValueTiles], _ attention: AttentionShape
    ) -> Tensor {
        let D = attention.headSize, y = Tensor(empty: shape, dtype)
        precondition(
            shape == [attention.rows, attention.heads * D] && keys.shape == values.shape
                && caches.count == attention.runs.count
                && keys.shape == [attention.rows, attention.keyValueHeads * D],
            "attention: q \(shape), k \(keys.shape), v \(values.shape), \(caches.count) caches, \(attention)")
        let (q, k, v, out) = (
            headRows(headSize: D), keys.headRows(headSize: D), values.headRows(headSize: D), y.headRows(headSize: D)
        )
        let longest = attention.runs.reduce(0) { max($0, $1.queries) },
            room = min(caches.first?.room ?? longest, max(1, longest))
        for start in stride(from: 0, to: longest, by: room) {
            let left = attention.runs.indices.filter { attention.runs[$0].queries > start },
                tiles = left.map { caches[$0] }
            var piece = attention
            piece.runs = left.map { attention.runs[$0].piece(from: start, upTo: room) }
            KeyValueTiles.write(k, v, piece.runs, into: tiles)
            Processor.current.attention(piece, q: q, keyValues: tiles, y: out, logSumExp: nil)
        }
        return withExtendedLifetime((self, keys, values)) { y }
    }

    /// Attention of new queries [N, H D] on caches that already hold their keys and values, one per run.
    package func attention(cached: [KeyValueTiles], _ attention: AttentionShape) -> Tensor {
        let y = Tensor(empty: shape, dtype), D = attention.headSize
        Processor.current.attention(
            attention, q: headRows(headSize: D), keyValues: cached, y: y.headRows(headSize: D), logSumExp: nil)
        return y
    }

    /// Turns the heads of [N, H D] by their positions.
    package func rotary(_ table: RotaryTable, headSize: Int, _ runs: [RotaryRun]) -> Tensor {
        precondition(runs.last?.rows.upperBound == rows, "rotary: x \(shape), rows \(runs.map(\.rows))")
        let y = Tensor(empty: shape, dtype)
        turn(into: y, table, headSize: headSize, runs, sign: 1)
        return traced(y, trace, op: .rotary(x: self, table, headSize: headSize, runs))
    }

    package func turn(into y: Tensor, _ table: RotaryTable, headSize: Int, _ runs: [RotaryRun], sign: Float) {
        let rows = table.rows(runs)
        withExtendedLifetime(rows) {
            let turned = zip(runs, rows).map {
                Processor.RotaryRun(
                    rows: $0.rows, cosines: $1.cosines.float32Pointer + $1.offset,
                    sines: $1.sines.float32Pointer + $1.offset)
            }
            Processor.current.rotary(
                headRows(headSize: headSize), into: y.headRows(headSize: headSize), turned, sign: sign,
                heads: width / headSize, rotated: table.rotated)
        }
    }

    /// Softmax over the keys each query sees; scores [..., H, T, S] float32, query t of T at position firstPosition +
    /// t.
    ///
    /// - Parameter sinks: [H], per head a score whose share goes nowhere.
    package func maskedSoftmax(_ mask: AttentionMask, firstPosition: Int, sinks learned: Parameter? = nil) -> Tensor {
        let (T, S) = (shape[shape.count - 2], width), sinks = learned?.value.floats ?? []
        let source = contiguous()
        let y = Tensor(zeros: shape, .float32)
        withExtendedLifetime(source) {
            let from = source.float32Pointer, out = y.float32Pointer
            Processor.current.forRuns(.attention, rows, grain: 16, bytes: source.count * 8) {
                for r in $0 {
                    let seen = mask.keys(seenFrom: firstPosition + r % T, of: S).clamped(to: 0 ... S - 1)
                    let x = from + r * S, p = out + r * S
                    let sink = sinks.isEmpty ? -Float.infinity : sinks[r / T % sinks.count]
                    let top = seen.reduce(sink) { max($0, x[$1]) }
                    if top == -.infinity { continue }  // it sees nothing, and its probabilities stay at zero
                    var sum = exponential(sink - top)
                    for i in seen {
                        p[i] = exponential(x[i] - top)
                        sum += p[i]
                    }
                    for i in seen { p[i] /= sum }
                }
            }
        }
        return traced(y, trace, learned?.trace, op: .maskedSoftmax(scores: self, probabilities: y, sinks: learned))
    }
}

extension AttentionShape.Run {
    /// At most `count` of its queries, without the first `start`.
    fileprivate func piece(from start: Int, upTo count: Int) -> Self {
        Self(firstRow: firstRow + start, queries: min(count, queries - start), firstPosition: firstPosition + start)
    }
}
