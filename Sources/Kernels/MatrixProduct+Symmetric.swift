extension Processor {
    /// C = A B where that is known to be symmetric, as X Xᵀ is: the tiles right of the diagonal are computed and the
    /// rest is mirrored, which gives the same bits, for both halves sum the same products in the same order.
    package func multiplySymmetric(_ a: Matrix, _ b: Matrix, into c: Matrix, computeType: ElementType) {
        precondition(
            c.type == .float32 && c.rows == c.columns, "symmetric product into [\(c.rows), \(c.columns)] of \(c.type)")
        let nr = Int(kernels.panel_columns), n = c.rows
        let right = PackedMatrix(b, computeType: computeType, on: self)
        // Strips of rows, each from the panel that holds its diagonal on.
        let strip = 2 * Int(kernels.panel_rows), strips = (n + strip - 1) / strip
        run(.products, strips, operations: Double(a.columns) * Double(n) * Double(n), bytes: a.bytes + c.bytes) { i in
            let row = i * strip, rows = min(strip, n - row), column = row / nr * nr
            let plan = ProductPlan(oneTile: rows, columns: n - column, depth: right.depth)
            multiplyTile(
                a, right, c, .zero, plan, readsDirectly(a, right) ? .inPlace : .packedByTile, row: row, column: column)
        }
        mirror(c)
    }

    /// The lower triangle from the upper one, in blocks that stay in the first-level cache.
    private func mirror(_ c: Matrix) {
        let block = 32, blocks = (c.rows + block - 1) / block
        let values = c.pointer.assumingMemoryBound(to: Float.self), stride = c.rowStride
        run(.products, blocks, bytes: c.bytes) { i in
            for j in 0 ... i {
                for row in i * block ..< min((i + 1) * block, c.rows) {
                    for column in j * block ..< min((j + 1) * block, row) {
                        values[row * stride + column] = values[column * stride + row]
                    }
                }
            }
        }
    }
}
