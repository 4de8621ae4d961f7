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
        let rows = readsDirectly(a, b) ? RowWords.inPlace : packAhead(a, b).map(RowWords.packed) ?? .packedByTile
        let plan = ProductPlan(rows: a.rows, columns: b.columns, depth: b.depth, words: rows, processor: self)
        let operations = 2 * Double(a.rows) * Double(a.columns) * Double(b.columns)
        run(.products, plan.rowBlocks * plan.columnBlocks, operations: operations, bytes: a.bytes + b.rows * b.columns * a.type.size + c.bytes) { tile in
            multiplyTile(
                a, b, c, start, plan, rows, row: tile / plan.columnBlocks * plan.blockRows, column: tile % plan.columnBlocks * plan.blockColumns)
        }
    }

    /// C = A B where that is known to be symmetric, as X Xᵀ is: the tiles right of the diagonal are computed and the rest is mirrored, which
    /// gives the same bits, for both halves sum the same products in the same order.
    package func multiplySymmetric(_ a: Matrix, _ b: Matrix, into c: Matrix, computeType: ElementType) {
        precondition(c.type == .float32 && c.rows == c.columns, "symmetric product into [\(c.rows), \(c.columns)] of \(c.type)")
        let nr = Int(kernels.panel_columns), n = c.rows
        let right = PackedMatrix(b, computeType: computeType, on: self)
        // Strips of rows, each from the panel that holds its diagonal on.
        let strip = 2 * Int(kernels.panel_rows), strips = (n + strip - 1) / strip
        run(.products, strips, operations: Double(a.columns) * Double(n) * Double(n), bytes: a.bytes + c.bytes) { i in
            let row = i * strip, rows = min(strip, n - row), column = row / nr * nr
            let plan = ProductPlan(oneTile: rows, columns: n - column, depth: right.depth)
            multiplyTile(a, right, c, .zero, plan, readsDirectly(a, right) ? .inPlace : .packedByTile, row: row, column: column)
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
                    for column in j * block ..< min((j + 1) * block, row) { values[row * stride + column] = values[column * stride + row] }
                }
            }
        }
    }

    /// All of A in panels, where it is small enough to stay in a second-level cache: tiles then share it and can be cut freely.
    private func packAhead(_ a: Matrix, _ b: PackedMatrix) -> Storage? {
        let mr = Int(kernels.panel_rows), panels = (a.rows + mr - 1) / mr, stride = b.depth * mr
        guard panels > 1, panels * stride * 4 <= Self.secondLevelCache / 2 else { return nil }
        let storage = Storage(byteCount: panels * stride * 4)
        let words = storage.pointer.assumingMemoryBound(to: UInt32.self)
        // a few panels at a time, so that a line of A that several share is read once
        let together = max(1, panels / (2 * threads))
        run(.products, (panels + together - 1) / together, bytes: 0) { group in
            let p = group * together, rows = min(together * mr, a.rows - p * mr)
            kernels.pack(
                a.pointer + p * mr * a.rowStride * a.type.size, a.type.code, a.rowStride, a.columnStride, rows, a.columns, Int32(mr), b.panelType.code,
                words + p * stride, stride)
        }
        return storage
    }

    private static let secondLevelCache = 1 << 20

    /// Whether the rows of A are words in the order of k already, so that packing them would only copy. Rows a multiple of a page
    /// apart fall on the same few lines of the first cache and are packed.
    private func readsDirectly(_ a: Matrix, _ b: PackedMatrix) -> Bool {
        let wordK = b.wordK
        let isNative = a.type == .float32 ? b.panelType == .float32 : wordK == 2
        return isNative && a.columnStride == 1 && a.columns % wordK == 0 && a.rowStride % wordK == 0 && a.rowStride * a.type.size % 4096 != 0
    }

    private func multiplyTile(
        _ a: Matrix, _ b: PackedMatrix, _ c: Matrix, _ start: ProductStart, _ plan: ProductPlan, _ words: RowWords, row: Int, column: Int
    ) {
        let (mr, nr) = (Int(kernels.panel_rows), Int(kernels.panel_columns))
        let rows = min(plan.blockRows, a.rows - row), columns = min(plan.blockColumns, b.columns - column)
        let wordK = b.wordK
        let scratch = Storage(byteCount: words.isByTile ? (plan.blockRows + mr - 1) / mr * plan.blockDepth * mr * 4 : 0)
        let inPieces = b.depth > plan.blockDepth
        // sums in pieces of k must stay float32 between pieces
        let sums = inPieces && c.type == .bfloat16 ? Storage(byteCount: rows * columns * 4) : nil
        let out = sums?.pointer ?? c.advanced(row: row) + column * c.type.size
        let (outType, outStride) = sums == nil ? (c.type, c.rowStride) : (.float32, columns)
        for d in Swift.stride(from: 0, to: max(1, b.depth), by: plan.blockDepth) {  // without any k, C becomes its start
            let depth = min(plan.blockDepth, b.depth - d)
            let from = a.advanced(row: row) + d * wordK * a.columnStride * a.type.size
            let (left, leftStride, direct): (UnsafeMutableRawPointer, Int, Int32)
            switch words {
            case .inPlace: (left, leftStride, direct) = (from, a.rowStride / wordK, 1)
            case .packed(let all): (left, leftStride, direct) = (all.pointer + (row * b.depth + d * mr) * 4, b.depth * mr, 0)
            case .packedByTile:
                (left, leftStride, direct) = (scratch.pointer, plan.blockDepth * mr, 0)
                kernels.pack(
                    from, a.type.code, a.rowStride, a.columnStride, rows, min(depth * wordK, a.columns - d * wordK), Int32(mr), b.panelType.code,
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
                rows, columns, depth, left.assumingMemoryBound(to: UInt32.self), leftStride, direct, b.panels + column / nr * b.panelStride + d * nr,
                b.panelStride, b.panelType.code, out, outType.code, outStride, Int32(mode), bias)
        }
        if let sums {
            for r in 0 ..< rows {
                kernels.convert(sums.pointer + r * columns * 4, ElementType.float32.code, c.advanced(row: row + r) + column * 2, c.type.code, columns)
            }
        }
    }
}

/// Where a product finds the words of A.
private enum RowWords {
    case inPlace
    case packed(Storage)
    /// Packed by each tile: once for each block of columns, so that blocks of few rows and all columns are the cheaper ones.
    case packedByTile

    var isByTile: Bool { if case .packedByTile = self { true } else { false } }
}

/// How one product is cut into tiles. The cut decides the speed, never the result.
private struct ProductPlan {
    var blockRows: Int
    var blockColumns: Int
    var blockDepth: Int
    var rowBlocks: Int
    var columnBlocks: Int

    private static let deepest = 1024

    init(oneTile rows: Int, columns: Int, depth: Int) {
        (blockRows, blockColumns, blockDepth, rowBlocks, columnBlocks) = (rows, columns, max(1, min(depth, Self.deepest)), 1, 1)
    }

    init(rows: Int, columns: Int, depth: Int, words: RowWords, processor: Processor) {
        let packsRows = words.isByTile
        let (mr, nr) = (Int(processor.kernels.panel_rows), Int(processor.kernels.panel_columns))
        blockDepth = max(1, min(depth, Self.deepest))
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
