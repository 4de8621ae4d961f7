/// The geometry of one attention: B sequences, each with T queries at `firstPosition ..< firstPosition + T` and S keys from position 0 on.
///
/// While training S = T and `firstPosition` = 0; with a cache the T newest positions end the sequence, and S = firstPosition + T.
/// A score is scale q·k, soft-capped, then lowered or raised by distance.
package struct AttentionShape: Sendable, Hashable {
    package var batch: Int
    package var queries: Int
    package var heads: Int
    /// Divides `heads`: each key-value head serves a group of query heads (arXiv:2305.13245).
    package var keyValueHeads: Int
    package var headSize: Int
    package var firstPosition: Int
    /// Of the scores before the softmax.
    package var scale: Float
    package var mask: AttentionMask
    /// Scores become cap tanh(score / cap) (arXiv:2408.00118, 2); nil for none.
    package var softCap: Float?
    /// ALiBi slopes per head (arXiv:2108.12409), or empty.
    package var slopes: [Float]
    package var distanceBias: DistanceBias?
    /// Per head a score that joins the softmax and whose share goes nowhere (arXiv:2309.17453; gpt-oss learns them), or empty.
    package var sinks: [Float]

    package init(
        batch: Int, queries: Int, heads: Int, keyValueHeads: Int, headSize: Int, firstPosition: Int = 0, mask: AttentionMask = .causal,
        scale: Float? = nil, softCap: Float? = nil, slopes: [Float] = [], distanceBias: DistanceBias? = nil, sinks: [Float] = []
    ) {
        precondition(heads % keyValueHeads == 0, "attention: \(heads) heads over \(keyValueHeads) key-value heads")
        precondition(slopes.isEmpty || slopes.count == heads, "attention: \(slopes.count) slopes for \(heads) heads")
        precondition(sinks.isEmpty || sinks.count == heads, "attention: \(sinks.count) sinks for \(heads) heads")
        precondition(distanceBias.map { $0.terms.count == heads * $0.width } ?? true, "attention: a distance bias for \(heads) heads")
        (self.batch, self.queries, self.heads, self.keyValueHeads, self.headSize) = (batch, queries, heads, keyValueHeads, headSize)
        (self.firstPosition, self.mask, self.softCap) = (firstPosition, mask, softCap)
        (self.slopes, self.distanceBias, self.sinks) = (slopes, distanceBias, sinks)
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
    }

    package var group: Int { heads / keyValueHeads }
    /// S
    package var keys: Int {
        if case .none(let keys) = mask { keys } else { firstPosition + queries }
    }

    /// Operations of one of the products of attention, forward 2 and backward 5, for the scores that the mask leaves.
    var products: Double {
        let scores = switch mask {
        case .causal: Double(queries) * (Double(firstPosition) + Double(queries + 1) / 2)
        case .slidingWindow(let width): Double(queries) * min(Double(width), Double(firstPosition) + Double(queries + 1) / 2)
        case .none(let keys): Double(queries) * Double(keys)
        }
        return 2 * Double(batch * heads * headSize) * scores
    }
}

/// Rows of heads in memory: element (b, t, h, i) at `b * batchStride + t * rowStride + h * headSize + i`.
package struct HeadRows {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var batchStride: Int
    package var rowStride: Int
    package var headSize: Int

    package init(_ pointer: UnsafeMutableRawPointer, _ type: ElementType, batchStride: Int, rowStride: Int, headSize: Int) {
        (self.pointer, self.type, self.batchStride, self.rowStride, self.headSize) = (pointer, type, batchStride, rowStride, headSize)
    }

    /// Each sequence without its first rows.
    package func dropFirst(_ rows: Int) -> HeadRows {
        HeadRows(pointer + rows * rowStride * type.size, type, batchStride: batchStride, rowStride: rowStride, headSize: headSize)
    }

    func at(batch: Int, row: Int, head: Int) -> UnsafeMutableRawPointer {
        pointer + (batch * batchStride + row * rowStride + head * headSize) * type.size
    }
}
