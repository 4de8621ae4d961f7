internal import CKernels

/// A strided view of a matrix: element (i, j) at `i * rowStride + j * columnStride`; one of the strides is 1.
package struct Matrix {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var rows: Int
    package var columns: Int
    package var rowStride: Int
    package var columnStride: Int

    package init(_ pointer: UnsafeMutableRawPointer, _ type: ElementType, rows: Int, columns: Int, rowStride: Int? = nil) {
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
    fileprivate func advanced(row: Int) -> UnsafeMutableRawPointer { pointer + row * rowStride * type.size }
}

/// How the sums of a product start.
package enum ProductStart {
    case zero
    /// C += A B
    case accumulate
    /// each row of C starts as these biases, [columns] float32
    case bias(UnsafePointer<Float>)
}

/// The right operand B of a product in the order in which the inner loop reads it. Made once for weights that are used often.
package final class PackedMatrix: @unchecked Sendable {  // written only while it is made
    package let rows: Int  // k
    package let columns: Int  // n
    let panelType: ElementType
    let depth: Int
    let panelStride: Int
    let storage: Storage
    /// Elements along k in one word.
    var wordK: Int { depth == rows ? 1 : 2 }
    var panels: UnsafeMutablePointer<UInt32> { storage.pointer.assumingMemoryBound(to: UInt32.self) }

    /// - Parameter b: [k, n].
    package init(_ b: Matrix, computeType: ElementType, on processor: Processor = .current) {
        let kernels = processor.kernels
        let width = Int(kernels.panel_columns)
        (rows, columns, panelType) = (b.rows, b.columns, computeType)
        depth = processor.depth(of: b.rows, computeType)
        panelStride = depth * width
        let count = (b.columns + width - 1) / width
        storage = Storage(byteCount: count * panelStride * 4)
        let (panels, stride) = (storage.pointer.assumingMemoryBound(to: UInt32.self), panelStride)
        processor.run(.products, count, bytes: 0) { p in
            kernels.pack(
                b.pointer + p * width * b.columnStride * b.type.size, b.type.code, b.columnStride, b.rowStride,
                min(width, b.columns - p * width), b.rows, Int32(width), computeType.code, panels + p * stride, stride)
        }
    }
}

extension Processor {
    /// Words of 32 bits along k: pairs where the processor multiplies bfloat16, floats elsewhere.
    func depth(of k: Int, _ type: ElementType) -> Int {
        type == .bfloat16 && kernels.native_bf16 != 0 ? (k + 1) / 2 : k
    }

    /// C = start + A B, with A [m, k], B [k, n] and C [m, n] row-major.
    ///
    /// Each element of C has one float32 accumulator that meets k in ascending order, so it depends on nothing but its row of A,
    /// its column of B and the instruction set: not on m, the tiles or the threads.
    /// - Parameter computeType: the type to which operands are rounded before they are multiplied.
    package func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, start: ProductStart = .zero, computeType: ElementType) {
        multiply(a, PackedMatrix(b, computeType: computeType, on: self), into: c, start: start)
    }

    package func multiply(_ a: Matrix, _ b: PackedMatrix, into c: Matrix, start: ProductStart = .zero) {
        precondition(
            a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && c.columnStride == 1,
            "product of [\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
        guard a.rows > 0, b.columns > 0 else { return }
        let plan = ProductPlan(rows: a.rows, columns: b.columns, depth: b.depth, packsRows: !readsDirectly(a, b), processor: self)
        let operations = 2 * Double(a.rows) * Double(a.columns) * Double(b.columns)
        run(.products, plan.rowBlocks * plan.columnBlocks, operations: operations, bytes: a.bytes + b.rows * b.columns * a.type.size + c.bytes) { tile in
            multiplyTile(a, b, c, start, plan, row: tile / plan.columnBlocks * plan.blockRows, column: tile % plan.columnBlocks * plan.blockColumns)
        }
    }

    /// Whether the rows of A are words in the order of k already, so that packing them would only copy. Rows a multiple of a page
    /// apart fall on the same few lines of the first cache and are packed.
    private func readsDirectly(_ a: Matrix, _ b: PackedMatrix) -> Bool {
        let wordK = b.wordK
        let isNative = a.type == .float32 ? b.panelType == .float32 : wordK == 2
        return isNative && a.columnStride == 1 && a.columns % wordK == 0 && a.rowStride % wordK == 0 && a.rowStride * a.type.size % 4096 != 0
    }

    private func multiplyTile(_ a: Matrix, _ b: PackedMatrix, _ c: Matrix, _ start: ProductStart, _ plan: ProductPlan, row: Int, column: Int) {
        let (mr, nr) = (Int(kernels.panel_rows), Int(kernels.panel_columns))
        let rows = min(plan.blockRows, a.rows - row), columns = min(plan.blockColumns, b.columns - column)
        let wordK = b.wordK
        let panelStride = plan.blockDepth * mr
        let direct = !plan.packsRows
        let scratch = Storage(byteCount: direct ? 0 : (plan.blockRows + mr - 1) / mr * panelStride * 4)
        let packed = scratch.pointer.assumingMemoryBound(to: UInt32.self)
        let inPieces = b.depth > plan.blockDepth
        // sums in pieces of k must stay float32 between pieces
        let sums = inPieces && c.type == .bfloat16 ? Storage(byteCount: rows * columns * 4) : nil
        let out = sums?.pointer ?? c.advanced(row: row) + column * c.type.size
        let (outType, outStride) = sums == nil ? (c.type, c.rowStride) : (.float32, columns)
        for d in Swift.stride(from: 0, to: max(1, b.depth), by: plan.blockDepth) {  // without any k, C becomes its start
            let depth = min(plan.blockDepth, b.depth - d)
            let from = a.advanced(row: row) + d * wordK * a.columnStride * a.type.size
            if !direct {
                kernels.pack(
                    from, a.type.code, a.rowStride, a.columnStride, rows, min(depth * wordK, a.columns - d * wordK), Int32(mr), b.panelType.code, packed,
                    panelStride)
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
                rows, columns, depth, direct ? UnsafePointer(from.assumingMemoryBound(to: UInt32.self)) : UnsafePointer(packed),
                direct ? a.rowStride / wordK : panelStride, direct ? 1 : 0, b.panels + column / nr * b.panelStride + d * nr, b.panelStride, b.panelType.code,
                out, outType.code, outStride, Int32(mode), bias)
        }
        if let sums {
            for r in 0 ..< rows {
                kernels.convert(sums.pointer + r * columns * 4, ElementType.float32.code, c.advanced(row: row + r) + column * 2, c.type.code, columns)
            }
        }
    }
}

/// How one product is cut into tiles. The cut decides the speed, never the result.
private struct ProductPlan {
    var blockRows: Int
    var blockColumns: Int
    var blockDepth: Int
    var rowBlocks: Int
    var columnBlocks: Int
    /// Whether rows of A are packed: once for each block of columns, so that blocks of few rows and all columns are the cheaper ones.
    let packsRows: Bool

    init(rows: Int, columns: Int, depth: Int, packsRows: Bool, processor: Processor) {
        self.packsRows = packsRows
        let (mr, nr) = (Int(processor.kernels.panel_rows), Int(processor.kernels.panel_columns))
        blockDepth = max(1, min(depth, 1024))
        // The packed block of A shares the second-level cache with the panel of B that runs past it.
        let cacheWords = 96 * 1024
        let fitting = max(mr, cacheWords / blockDepth / mr * mr)
        let wanted = 6 * processor.threads  // tiles, so that the last ones finish together
        blockRows = min(fitting, 96 / mr * mr, (rows + mr - 1) / mr * mr)
        while blockRows > (packsRows ? 1 : 2) * mr, (rows + blockRows - 1) / blockRows < wanted { blockRows -= mr }
        rowBlocks = (rows + blockRows - 1) / blockRows
        let panels = (columns + nr - 1) / nr
        let split = min(panels, max(1, (packsRows ? wanted / 2 : wanted) / rowBlocks))
        let panelsPerBlock = (panels + split - 1) / split
        blockColumns = panelsPerBlock * nr
        columnBlocks = (columns + blockColumns - 1) / blockColumns
    }
}
