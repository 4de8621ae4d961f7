/// The geometry of one attention: rows of queries in runs, each of one sequence.
///
/// A score is scale q·k, soft-capped, then lowered or raised by distance.
package struct AttentionShape: Sendable, Hashable {
    /// Neighbouring rows of queries that belong to one sequence at neighbouring positions.
    package struct Run: Sendable, Hashable {
        /// Where its queries stand among the rows of all runs.
        package var firstRow: Int
        package var queries: Int
        /// The absolute position of the first query.
        package var firstPosition: Int
        /// Keys of the sequence, from position 0 on: up to the last query's own, or all of another sequence.
        package var keys: Int

        package init(firstRow: Int, queries: Int, firstPosition: Int = 0, keys: Int? = nil) {
            (self.firstRow, self.queries, self.firstPosition) = (firstRow, queries, firstPosition)
            self.keys = keys ?? firstPosition + queries
        }

        package var rows: Range<Int> { firstRow ..< firstRow + queries }
    }

    /// In the order of their rows, without gaps.
    package var runs: [Run]
    package var heads: Int
    /// Divides `heads`: each key-value head serves a group of query heads (arXiv:2305.13245).
    package var keyValueHeads: Int
    package var headSize: Int
    /// Of the scores before the softmax.
    package var scale: Float
    package var mask: AttentionMask
    /// Scores become cap tanh(score / cap) (arXiv:2408.00118, 2); nil for none.
    package var softCap: Float?
    /// ALiBi slopes per head (arXiv:2108.12409), or empty.
    package var slopes: [Float]
    package var distanceBias: DistanceBias?
    /// Per head a score that joins the softmax and whose share goes nowhere (arXiv:2309.17453; gpt-oss learns them), or
    /// empty.
    package var sinks: [Float]

    package init(
        runs: [Run], heads: Int, keyValueHeads: Int, headSize: Int, mask: AttentionMask = .causal, scale: Float? = nil,
        softCap: Float? = nil,
        slopes: [Float] = [], distanceBias: DistanceBias? = nil, sinks: [Float] = []
    ) {
        precondition(heads % keyValueHeads == 0, "attention: \(heads) heads over \(keyValueHeads) key-value heads")
        precondition(slopes.isEmpty || slopes.count == heads, "attention: \(slopes.count) slopes for \(heads) heads")
        precondition(sinks.isEmpty || sinks.count == heads, "attention: \(sinks.count) sinks for \(heads) heads")
        precondition(
            distanceBias.map { $0.terms.count == heads * $0.width } ?? true,
            "attention: a distance bias for \(heads) heads")
        (self.runs, self.heads, self.keyValueHeads, self.headSize) = (runs, heads, keyValueHeads, headSize)
        (self.mask, self.softCap, self.slopes, self.distanceBias, self.sinks) = (
            mask, softCap, slopes, distanceBias, sinks
        )
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
    }

    package var group: Int { heads / keyValueHeads }
    /// N, the rows of all runs.
    package var rows: Int { runs.last.map { $0.rows.upperBound } ?? 0 }
    /// The keys of all runs, each sequence's counted by itself.
    package var keys: Int { runs.reduce(0) { $0 + $1.keys } }

    /// The keys that the query at `position` of a run sees.
    package func keys(seenFrom position: Int, in run: Run) -> ClosedRange<Int> {
        mask.keys(seenFrom: position, of: run.keys)
    }

    /// Operations of one of the products of attention, forward 2 and backward 5, for the scores that the mask leaves.
    var products: Double {
        let scores = runs.reduce(0.0) { sum, run in
            let causal = Double(run.firstPosition) + Double(run.queries + 1) / 2
            let seen =
                switch mask {
                case .causal: causal
                case .slidingWindow(let width): min(Double(width), causal)
                case .none: Double(run.keys)
                }
            return sum + Double(run.queries) * seen
        }
        return 2 * Double(heads * headSize) * scores
    }
}

/// Rows of heads in memory: element (row, h, i) at `row * rowStride + h * headSize + i`.
package struct HeadRows {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var rowStride: Int
    package var headSize: Int

    package init(_ pointer: UnsafeMutableRawPointer, _ type: ElementType, rowStride: Int, headSize: Int) {
        (self.pointer, self.type, self.rowStride, self.headSize) = (pointer, type, rowStride, headSize)
    }

    func at(row: Int, head: Int) -> UnsafeMutableRawPointer {
        pointer + (row * rowStride + head * headSize) * type.size
    }
}
