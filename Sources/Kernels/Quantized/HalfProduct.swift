internal import CKernels
import Foundation

// C = start + A Wᵀ with W in half precision or bfloat16. One accumulator per output meets k in ascending order, for one
// row of A as for many, so an output depends on its row of A and its row of W alone. Operands are multiplied as
// float32; two of bfloat16 by the processor's own dot product of pairs, if it has one.
extension Processor {
    func multiplyHalves(_ a: Matrix, _ w: QuantizedMatrix, into c: Matrix, start: ProductStart) {
        let packed = w.packedHalves(on: self), k = a.columns
        let byPairs = w.format == .bfloat16 && a.type == .bfloat16 && kernels.native_bf16 != 0 && k % 2 == 0
        let type: ElementType = byPairs ? .bfloat16 : .float32
        // Rows a multiple of a page apart would fall on the same few lines of the first cache.
        let stays =
            a.type == type && (a.rows == 1 || (a.rowStride * type.size % 4096 != 0 && a.rowStride * type.size % 4 == 0))
        let stride = stays ? a.rowStride : k + 32
        let copy = stays ? nil : Storage(byteCount: a.rows * stride * type.size)
        if let copy {
            convertRows(
                (a.pointer, a.type, stride: a.rowStride), to: (copy.pointer, type, stride: stride), rows: a.rows,
                width: k)
        }
        defer { withExtendedLifetime(copy) {} }
        let left = Matrix(copy?.pointer ?? a.pointer, type, rows: a.rows, columns: k, rowStride: stride)
        if a.rows == 1 {
            multiplyRow(left, packed, w, into: c, start: start)
        } else {
            multiplyRows(left, packed, w, into: c, start: start)
        }
    }

    /// One row, straight from the panels: limited by the memory that holds them.
    private func multiplyRow(
        _ a: Matrix, _ w: PackedHalves, _ source: QuantizedMatrix, into c: Matrix, start: ProductStart
    ) {
        let width = PackedHalves.panelRows, panelsPerTask = self.panelsPerTask(w.panels, of: w.panelBytes)
        run(
            .products, (w.panels + panelsPerTask - 1) / panelsPerTask,
            operations: 2 * Double(source.rows) * Double(source.columns), bytes: source.byteCount
        ) { task in
            let first = task * panelsPerTask, panels = min(panelsPerTask, w.panels - first)
            let columns = min(panels * width, c.columns - first * width)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: panels * width) { sums in
                let out = sums.baseAddress!
                out.initialize(repeating: 0, count: panels * width)
                begin(out, start, c, row: 0, column: first * width, count: columns)
                kernels.half_product_row(
                    w.type, a.type == .bfloat16 ? 1 : 0, hints, panels, a.columns, w.panel(first), a.pointer, out)
                kernels.convert(
                    out, ElementType.float32.code, c.pointer + first * width * c.type.size, c.type.code, columns)
            }
        }
    }

    /// Several rows: a piece of k of a few panels is widened and stays in the second cache while all rows pass by.
    private func multiplyRows(
        _ a: Matrix, _ w: PackedHalves, _ source: QuantizedMatrix, into c: Matrix, start: ProductStart
    ) {
        let width = PackedHalves.panelRows, nr = Int(kernels.panel_columns), byPairs = a.type == .bfloat16
        let panelsPerTask = w.panels >= 8 * threads ? 2 : 1, rowsPerTask = min(c.rows, 512)
        let groups = (w.panels + panelsPerTask - 1) / panelsPerTask,
            rowBlocks = (c.rows + rowsPerTask - 1) / rowsPerTask
        let columns = panelsPerTask * width, perWord = byPairs ? 2 : 1, words = 256, piece = words * perWord
        run(
            .products, groups * rowBlocks,
            operations: 2 * Double(c.rows) * Double(source.rows) * Double(source.columns),
            bytes: source.byteCount + c.bytes
        ) { task in
            let first = task / rowBlocks * panelsPerTask, panels = min(panelsPerTask, w.panels - first)
            let row = task % rowBlocks * rowsPerTask, rows = min(rowsPerTask, c.rows - row)
            var plan = ScratchPlan()
            let (sums, wide) = (plan.floats(rows * columns), plan.floats(columns * words))
            let scratch = Storage(byteCount: plan.count * 4)
            defer { withExtendedLifetime(scratch) {} }
            let out = scratch.pointer.assumingMemoryBound(to: Float.self) + sums
            let right = scratch.pointer.assumingMemoryBound(to: UInt32.self) + wide
            let from = first * width, present = min(panels * width, c.columns - from)
            for r in 0 ..< rows {
                if present < panels * width { (out + r * columns).initialize(repeating: 0, count: columns) }
                begin(out + r * columns, start, c, row: row + r, column: from, count: present)
            }
            for k in stride(from: 0, to: a.columns, by: piece) {
                let count = min(piece, a.columns - k), depth = count / perWord
                for p in 0 ..< panels {
                    kernels.half_expand(
                        w.type, byPairs ? 1 : 0, w.panel(first + p), k, count, right + p * width * words, words * nr)
                }
                kernels.product(
                    rows, panels * width, depth,
                    (a.advanced(row: row) + k * a.type.size).assumingMemoryBound(to: UInt32.self),
                    a.rowStride / perWord, 1,
                    right, words * nr, a.type.code, out, ElementType.float32.code, columns, Int32(ORRERY_START_C), nil)
            }
            for r in 0 ..< rows {
                kernels.convert(
                    out + r * columns, ElementType.float32.code, c.advanced(row: row + r) + from * c.type.size,
                    c.type.code, present)
            }
        }
    }
}
