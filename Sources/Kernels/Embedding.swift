internal import CKernels

extension Processor {
    /// y[i] = table[ids[i]], rows of `width`. Ids are below the table's rows: the caller has checked.
    package func gather(_ table: Vector, ids: UnsafePointer<Int32>, into y: Vector, width: Int) {
        forRuns(.embedding, y.count / width, grain: 64, bytes: 2 * y.bytes) {
            for i in $0 {
                kernels.convert(table.at(Int(ids[i]) * width), table.type.code, y.at(i * width), y.type.code, width)
            }
        }
    }

    /// dtable[ids[i]] += dy[i], in the order of i: threads share the columns out, not the rows.
    package func scatterAdd(
        _ dy: Vector, ids: UnsafePointer<Int32>, into dtable: UnsafeMutablePointer<Float>, width: Int
    ) {
        let f32 = ElementType.float32.code
        forRuns(.embedding, width, grain: 64, bytes: 3 * dy.bytes) { columns in
            for i in 0 ..< dy.count / width {
                let to = dtable + Int(ids[i]) * width + columns.lowerBound
                kernels.add(dy.at(i * width + columns.lowerBound), dy.type.code, to, f32, to, f32, columns.count)
            }
        }
    }
}
