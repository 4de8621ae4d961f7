internal import CKernels
import Foundation

extension Processor {
    /// C = start + A Wᵀ, with A [m, k], W [n, k] in blocks and C [m, n].
    package func multiply(_ a: Matrix, _ w: QuantizedMatrix, into c: Matrix, start: ProductStart = .zero) {
        precondition(
            a.columns == w.columns && c.rows == a.rows && c.columns == w.rows && c.columnStride == 1 && a.columnStride == 1,
            "product of [\(a.rows), \(a.columns)] and [\(w.rows), \(w.columns)]ᵀ into [\(c.rows), \(c.columns)]")
        guard a.rows > 0 else { return }
        let tile = 256, scratch = Storage(byteCount: tile * w.columns * 4)
        let floats = scratch.pointer.assumingMemoryBound(to: Float.self)
        for first in Swift.stride(from: 0, to: w.rows, by: tile) {
            let count = min(tile, w.rows - first)
            run(.products, count, bytes: 0) { w.decode(row: first + $0, into: floats + $0 * w.columns) }
            let part = Matrix(c.pointer + first * c.type.size, c.type, rows: c.rows, columns: count, rowStride: c.rowStride)
            var begin = start
            if case .bias(let bias) = start { begin = .bias(bias + first) }
            multiply(a, Matrix(scratch.pointer, .float32, rows: count, columns: w.columns).transposed, into: part, start: begin, computeType: .float32)
        }
    }

    /// y[i] = row ids[i] of the table. Ids are below its rows: the caller has checked.
    package func gather(_ table: QuantizedMatrix, ids: UnsafePointer<Int32>, into y: Vector) {
        let width = table.columns
        forRuns(.embedding, y.count / width, grain: 8, bytes: 2 * y.bytes) { run in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { row in
                for i in run {
                    table.decode(row: Int(ids[i]), into: row.baseAddress!)
                    kernels.convert(row.baseAddress!, ElementType.float32.code, y.at(i * width), y.type.code, width)
                }
            }
        }
    }

    /// Every row as float32: [rows, columns].
    package func decode(_ w: QuantizedMatrix, into out: UnsafeMutablePointer<Float>) {
        forRuns(.elementwise, w.rows, grain: 8, bytes: w.byteCount + w.rows * w.columns * 4) {
            for i in $0 { w.decode(row: i, into: out + i * w.columns) }
        }
    }
}
