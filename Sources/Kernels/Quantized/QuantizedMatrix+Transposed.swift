extension QuantizedMatrix {
    /// Plain floats of pages [pages, k, m] as the matrix [pages rows, k] of some of their columns, in memory of its
    /// own: row r of a page is column `first + r step` there.
    ///
    /// - Throws: `QuantizedMatrixError` where the sizes do not agree.
    package func transposed(pages: Int, rows count: Int, first: Int, step: Int) throws -> QuantizedMatrix {
        precondition(
            format.isFloat && !isAssembled && pages > 0 && count > 0 && first >= 0 && step > 0,
            "\(format.rawValue): \(count) columns from \(first) by \(step)")
        guard rows % pages == 0, first + (count - 1) * step < columns else {
            throw QuantizedMatrixError(
                "\(pages) pages of a matrix of \(rows) rows of \(columns): \(count) columns by \(step) are wanted")
        }
        let k = rows / pages, storage = Storage(byteCount: pages * count * k * format.bytesPerBlock)
        Processor.current.forRuns(.elementwise, pages * count, grain: 16, bytes: 2 * storage.byteCount) { run in
            // Sixteen rows of the result share the lines of the source.
            for c in 0 ..< k {
                for i in run {
                    let source = row(i / count * k + c)!, column = first + i % count * step
                    if format == .float32 {
                        storage.pointer.storeBytes(
                            of: source.loadUnaligned(fromByteOffset: column * 4, as: UInt32.self),
                            toByteOffset: (i * k + c) * 4, as: UInt32.self)
                    } else {
                        storage.pointer.storeBytes(
                            of: source.loadUnaligned(fromByteOffset: column * 2, as: UInt16.self),
                            toByteOffset: (i * k + c) * 2, as: UInt16.self)
                    }
                }
            }
        }
        let bytes = UnsafeRawBufferPointer(start: storage.pointer, count: storage.byteCount)
        return try QuantizedMatrix(format: format, rows: pages * count, columns: k, bytes: bytes, owner: storage)
    }
}
