import Kernels
import OrreryTensor

// An update of a row is computed one way, whichever rows it stands among: the sums begin with the row as the model's
// own matrix has made it, float32, and meet the ranks in ascending order.
//
// N rows, n of them chosen, r rank.
extension ModuleUpdate {
    /// Changes the rows of y [N, out], which nobody else has seen, that a product of x [N, in] has made.
    ///
    /// - Parameters:
    ///   - base: computes the product with the matrix that stands in place of the model's.
    ///   - hasBias: whether the layer's bias is wanted in the result.
    func apply(_ x: Tensor, to y: Tensor, _ rows: RowSelection, hasBias: Bool, base: (Tensor, Parameter) -> Tensor) {
        let x = rows.chosen(of: x)
        if let replacement { rows.put(base(x, replacement), into: y) }
        if let lowRank { lowRank.add(x.linear(lowRank.down, as: .float32), to: y, rows, hasBias: hasBias) }
    }

    /// Changes the rows of y [N, D] that are embeddings of these ids.
    func apply(_ ids: [Int32], to y: Tensor, _ rows: RowSelection) {
        let ids = rows.indices.map { ids[$0] }
        if let replacement { rows.put(replacement.embedding(ids, as: y.dtype), into: y) }
        if let lowRank { lowRank.add(lowRank.down.embedding(ids), to: y, rows, hasBias: true) }
    }
}

extension ModuleUpdate.LowRank {
    /// Adds up(h) of h [n, r] to the chosen rows of y.
    fileprivate func add(_ h: Tensor, to y: Tensor, _ rows: RowSelection, hasBias: Bool) {
        let bias = hasBias ? bias : nil
        // Rows that lie together are added to where they are.
        let inPlace = y.dtype == .float32 && rows.range != nil
        let sums = inPlace ? rows.chosen(of: y) : rows.chosen(of: y).cast(to: .float32, tracked: false)
        if let bias { sums.addToEachRow(bias) }
        withExtendedLifetime((h, sums)) {
            Processor.current.multiply(
                h.matrix, up.packed(transposed: true, as: .float32), into: sums.matrix, start: .accumulate)
        }
        if !inPlace { rows.put(sums, into: y) }
    }
}

/// Some rows of a tensor.
package struct RowSelection: Sendable {
    /// Their places, ascending.
    let indices: [Int]
    /// The same where they lie together.
    let range: Range<Int>?

    init(_ indices: [Int]) {
        self.indices = indices
        range = indices.last.flatMap { last in
            last - indices[0] == indices.count - 1 ? indices[0] ..< last + 1 : nil
        }
    }

    /// The rows of a tensor [N, W] at these places: a view where they lie together.
    func chosen(of x: Tensor) -> Tensor { range.map { x.detached.rows($0) } ?? x.detached.rows(at: indices) }

    /// Writes rows [n, W] to these places of a tensor [N, W], in its type.
    func put(_ rows: Tensor, into y: Tensor) {
        let rows = rows.cast(to: y.dtype, tracked: false).contiguous(), bytes = y.width * y.dtype.size
        withExtendedLifetime((rows, y)) {
            for (i, place) in indices.enumerated() {
                (y.pointer + place * y.rowStride * y.dtype.size).copyMemory(
                    from: rows.pointer + i * bytes, byteCount: bytes)
            }
        }
    }
}

extension Tensor {
    fileprivate func addToEachRow(_ bias: [Float]) {
        precondition(bias.count == width && dtype == .float32, "bias of \(bias.count) for \(dtype) \(shape)")
        let start = pointer.assumingMemoryBound(to: Float.self)
        withExtendedLifetime(self) {
            for row in 0 ..< rows {
                for j in 0 ..< width { start[row * rowStride + j] += bias[j] }
            }
        }
    }
}
