internal import CKernels
import Foundation

// C = start + A Wᵀ with W in float32, read where it lies, whatever the order of rows. An output is the sum of sixteen
// lanes, each of which meets its k in ascending order, so it depends on its row of A and its row of W alone.
extension Processor {
    func multiplyFloats(_ a: Matrix, _ w: QuantizedMatrix, into c: Matrix, start: ProductStart) {
        let k = a.columns, f32 = ElementType.float32
        let copy = a.type == f32 ? nil : Storage(byteCount: a.rows * k * 4)
        if let copy {
            convertRows(
                (a.pointer, a.type, stride: a.rowStride), to: (copy.pointer, f32, stride: k), rows: a.rows, width: k)
        }
        defer { withExtendedLifetime(copy) {} }
        let left = (copy?.pointer ?? a.pointer).assumingMemoryBound(to: Float.self),
            leftStride = copy == nil ? a.rowStride : k
        // A block of rows of A that stays in the second-level cache while rows of W stream past.
        let rowsPerTask = min(a.rows, max(12, (384 << 10) / (4 * k)))
        let rowBlocks = (a.rows + rowsPerTask - 1) / rowsPerTask
        // One row is limited by memory, which is read best in long runs; tiles of several take four rows of W at a
        // time.
        let wanted = a.rows == 1 ? (256 << 10) / w.bytesPerRow : max(4, min(64, (128 << 10) / w.bytesPerRow / 4 * 4))
        let columns =
            a.rows == 1
            ? max(1, min(wanted, w.rows / (8 * threads))) : max(4, min(wanted, w.rows / (4 * threads) / 4 * 4))
        let groups = (w.rows + columns - 1) / columns
        run(
            .products, groups * rowBlocks, operations: 2 * Double(a.rows) * Double(w.rows) * Double(k),
            bytes: w.byteCount + a.bytes + c.bytes
        ) { task in
            let first = task % groups * columns, count = min(columns, w.rows - first)
            let row = task / groups * rowsPerTask, rows = min(rowsPerTask, a.rows - row)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: count) { pointers in
                for j in 0 ..< count { pointers[j] = w.row(first + j)!.assumingMemoryBound(to: Float.self) }
                withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * count) { sums in
                    let out = sums.baseAddress!
                    for r in 0 ..< rows { begin(out + r * count, start, c, row: row + r, column: first, count: count) }
                    kernels.float_rows(
                        rows, count, k, left + row * leftStride, leftStride, pointers.baseAddress!, out, count)
                    for r in 0 ..< rows {
                        kernels.convert(
                            out + r * count, f32.code, c.advanced(row: row + r) + first * c.type.size, c.type.code,
                            count)
                    }
                }
            }
        }
    }
}
