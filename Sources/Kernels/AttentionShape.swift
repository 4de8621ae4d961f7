/// The geometry of one causal attention: B sequences, each with T queries that end a sequence of S keys.
///
/// A query at absolute position p sees keys 0 ... p. While training S = T and `firstPosition` = 0; with a cache the T newest
/// positions are `firstPosition ..< firstPosition + T`, and S = firstPosition + T.
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
    /// ALiBi slopes per head (arXiv:2108.12409), or empty.
    package var slopes: [Float]

    package init(
        batch: Int, queries: Int, heads: Int, keyValueHeads: Int, headSize: Int, firstPosition: Int = 0, scale: Float? = nil, slopes: [Float] = []
    ) {
        precondition(heads % keyValueHeads == 0, "attention: \(heads) heads over \(keyValueHeads) key-value heads")
        precondition(slopes.isEmpty || slopes.count == heads, "attention: \(slopes.count) slopes for \(heads) heads")
        (self.batch, self.queries, self.heads, self.keyValueHeads, self.headSize) = (batch, queries, heads, keyValueHeads, headSize)
        (self.firstPosition, self.slopes) = (firstPosition, slopes)
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
    }

    package var group: Int { heads / keyValueHeads }
    package var keys: Int { firstPosition + queries }

    /// Operations of one of the products of attention, forward 2 and backward 5, for the scores that a causal mask leaves.
    var products: Double {
        let scores = Double(queries) * (Double(firstPosition) + Double(queries + 1) / 2)
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

    func at(batch: Int, row: Int, head: Int) -> UnsafeMutableRawPointer {
        pointer + (batch * batchStride + row * rowStride + head * headSize) * type.size
    }
}
