internal import CKernels

/// A strided view of a matrix: element (i, j) at `i * rowStride + j * columnStride`; one of the strides is 1.
package struct Matrix {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var rows: Int
    package var columns: Int
    package var rowStride: Int
    package var columnStride: Int

    package init(
        _ pointer: UnsafeMutableRawPointer, _ type: ElementType, rows: Int, columns: Int, rowStride: Int? = nil
    ) {
        self.pointer = pointer
        self.type = type
        self.rows = rows
        self.columns = columns
        self.rowStride = rowStride ?? columns
        columnStride = 1
    }

    package var transposed: Matrix {
        var m = self
        swap(&m.rows, &m.columns)
        swap(&m.rowStride, &m.columnStride)
        return m
    }

    var bytes: Int { rows * columns * type.size }
    func advanced(row: Int) -> UnsafeMutableRawPointer { pointer + row * rowStride * type.size }
}

/// How the sums of a product start.
package enum ProductStart {
    case zero
    /// C += A B
    case accumulate
    /// each row of C starts as these biases, [columns] float32
    case bias(UnsafePointer<Float>)
}

extension Processor {
    /// C = start + A B, with A [m, k], B [k, n] and C [m, n] row-major.
    ///
    /// Each element of C has one float32 accumulator that meets k in ascending order, so it depends on nothing but its
    /// row of A, its column of B and the instruction set: not on m, the tiles or the threads.
    /// - Parameter computeType: the type to which operands are rounded before they are multiplied.
    package func multiply(
        _ a: Matrix, _ b: Matrix, into c: Matrix, start: ProductStart = .zero, computeType: ElementType
    ) {
        multiply(a, PackedMatrix(b, computeType: computeType, on: self), into: c, start: start)
    }

    package func multiply(_ a: Matrix, _ b: PackedMatrix, into c: Matrix, start: ProductStart = .zero) {
        precondition(
            a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && c.columnStride == 1,
            "product of [\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
        guard a.rows > 0, b.columns > 0 else { return }
        let rows = readsDirectly(a, b) ? RowWords.inPlace : packAhead(a, b).map(RowWords.packed) ?? .packedByTile
        let plan = ProductPlan(rows: a.rows, columns: b.columns, depth: b.depth, words: rows, processor: self)
        let operations = 2 * Double(a.rows) * Double(a.columns) * Double(b.columns)
        run(
            .products, plan.rowBlocks * plan.columnBlocks, operations: operations,
            bytes: a.bytes + b.rows * b.columns * a.type.size + c.bytes
        ) { tile in
            multiplyTile(
                a, b, c, start, plan, rows, row: tile / plan.columnBlocks * plan.blockRows,
                column: tile % plan.columnBlocks * plan.blockColumns)
        }
    }

    /// All of A in panels, where it is small enough to stay in a second-level cache: tiles then share it and can be cut
    /// freely.
    private func packAhead(_ a: Matrix, _ b: PackedMatrix) -> Storage? {
        let mr = Int(kernels.panel_rows), panels = (a.rows + mr - 1) / mr, stride = b.depth * mr
        guard panels > 1, panels * stride * 4 <= Self.secondLevelCache / 2 else { return nil }
        let storage = Storage(byteCount: panels * stride * 4)
        let words = storage.pointer.assumingMemoryBound(to: UInt32.self)
        // a few panels at a time, so that a line of A that several share is read once
        let panelsPerTask = max(1, panels / (2 * threads))
        run(.products, (panels + panelsPerTask - 1) / panelsPerTask, bytes: 0) { group in
            let p = group * panelsPerTask, rows = min(panelsPerTask * mr, a.rows - p * mr)
            kernels.pack(
                a.pointer + p * mr * a.rowStride * a.type.size, a.type.code, a.rowStride, a.columnStride, rows,
                a.columns, Int32(mr), b.panelType.code,
                words + p * stride, stride)
        }
        return storage
    }

    private static let secondLevelCache = 1 << 20

    /// Whether the rows of A are words in the order of k already, so that packing them would only copy. Rows a multiple
    /// of a page apart fall on the same few lines of the first cache and are packed.
    func readsDirectly(_ a: Matrix, _ b: PackedMatrix) -> Bool {
        let wordK = b.wordK
        let isNative = a.type == .float32 ? b.panelType == .float32 : wordK == 2
        return isNative && a.columnStride == 1 && a.columns % wordK == 0 && a.rowStride % wordK == 0
            && a.rowStride * a.type.size % 4096 != 0
    }

    func multiplyTile(
        _ a: Matrix, _ b: PackedMatrix, _ c: Matrix, _ start: ProductStart, _ plan: ProductPlan, _ words: RowWords,
        row: Int, column: Int
    ) {
        let (mr, nr) = (Int(kernels.panel_rows), Int(kernels.panel_columns))
        let rows = min(plan.blockRows, a.rows - row), columns = min(plan.blockColumns, b.columns - column)
        let wordK = b.wordK
        let scratch =
            words.isByTile ? Storage(byteCount: (plan.blockRows + mr - 1) / mr * plan.blockDepth * mr * 4) : nil
        defer { withExtendedLifetime((scratch, words)) {} }  // kernels read them through pointers
        let inPieces = b.depth > plan.blockDepth
        // sums in pieces of k must stay float32 between pieces
        let sums = inPieces && c.type == .bfloat16 ? Storage(byteCount: rows * columns * 4) : nil
        let out = sums?.pointer ?? c.advanced(row: row) + column * c.type.size
        let (outType, outStride) = sums == nil ? (c.type, c.rowStride) : (.float32, columns)
        // Without any k, C becomes its start.
        for d in Swift.stride(from: 0, to: max(1, b.depth), by: plan.blockDepth) {
            let depth = min(plan.blockDepth, b.depth - d)
            let from = a.advanced(row: row) + d * wordK * a.columnStride * a.type.size
            let (left, leftStride, direct): (UnsafeMutableRawPointer, Int, Int32)
            switch words {
            case .inPlace: (left, leftStride, direct) = (from, a.rowStride / wordK, 1)
            case .packed(let all):
                (left, leftStride, direct) = (all.pointer + (row * b.depth + d * mr) * 4, b.depth * mr, 0)
            case .packedByTile:
                (left, leftStride, direct) = (scratch!.pointer, plan.blockDepth * mr, 0)
                kernels.pack(
                    from, a.type.code, a.rowStride, a.columnStride, rows, min(depth * wordK, a.columns - d * wordK),
                    Int32(mr), b.panelType.code,
                    left.assumingMemoryBound(to: UInt32.self), leftStride)
            }
            var (mode, bias): (Int, UnsafePointer<Float>?) = (Int(ORRERY_START_C), nil)
            if d == 0 {
                switch start {
                case .zero: mode = Int(ORRERY_START_ZERO)
                case .accumulate: precondition(c.type == .float32, "only float32 accumulates")
                case .bias(let b): (mode, bias) = (Int(ORRERY_START_BIAS), b + column)
                }
            }
            kernels.product(
                rows, columns, depth, left.assumingMemoryBound(to: UInt32.self), leftStride, direct,
                b.panels + column / nr * b.panelStride + d * nr,
                b.panelStride, b.panelType.code, out, outType.code, outStride, Int32(mode), bias)
        }
        if let sums {
            for r in 0 ..< rows {
                kernels.convert(
                    sums.pointer + r * columns * 4, ElementType.float32.code, c.advanced(row: row + r) + column * 2,
                    c.type.code, columns)
            }
        }
    }
}
