internal import CKernels

extension Processor {
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
