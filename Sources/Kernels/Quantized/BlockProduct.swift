internal import CKernels
import Foundation

// C = start + A Wᵀ with W in blocks. One accumulator per output meets the blocks in ascending order and sums inside a
// sub-block are exact integers, so an output depends on its row of A and its row of W alone: not on the rows next to
// it, the cut into tasks or the threads.
extension Processor {
    /// - Parameters:
    ///   - a: [m, k], float32 or bfloat16; its rows are rounded to integers (`activations`) in units of 32 or, for
    ///     formats with blocks of 256, of 256. Beside weights that are plain floats they stay as they are.
    ///   - w: [n, k].
    ///   - c: [m, n].
    package func multiply(_ a: Matrix, _ w: QuantizedMatrix, into c: Matrix, start: ProductStart = .zero) {
        precondition(
            a.columns == w.columns && c.rows == a.rows && c.columns == w.rows && c.columnStride == 1
                && a.columnStride == 1,
            "product of [\(a.rows), \(a.columns)] and [\(w.rows), \(w.columns)]ᵀ into [\(c.rows), \(c.columns)]")
        guard a.rows > 0 else { return }
        switch w.format {
        case .float32: return multiplyFloats(a, w, into: c, start: start)
        case .float16, .bfloat16: return multiplyHalves(a, w, into: c, start: start)
        default: break
        }
        let packed = w.packed(on: self), activations = BlockActivations(a, for: packed.format, on: self)
        activations.keep {
            if activations.areFew {
                multiplyFew(activations, packed, w, into: c, start: start)
            } else {
                multiplyRows(activations, packed, w, into: c, start: start)
            }
        }
    }

    /// One row or a few, straight from the blocks: limited by the memory that holds them.
    private func multiplyFew(
        _ a: BlockActivations, _ w: PackedBlocks, _ source: QuantizedMatrix, into c: Matrix, start: ProductStart
    ) {
        let width = PackedBlocks.panelRows, panelsPerTask = self.panelsPerTask(w.panels, of: w.panelBytes)
        let whole = c.type == .float32 ? c.columns / width : 0  // panels whose outputs can be written in place
        run(
            .products, (w.panels + panelsPerTask - 1) / panelsPerTask,
            operations: 2 * Double(c.rows) * Double(source.rows) * Double(source.columns), bytes: source.byteCount
        ) { task in
            let first = task * panelsPerTask, last = min(w.panels, first + panelsPerTask)
            var rows = a.from()
            let from = first * width, columns = (last - first) * width, present = min(columns, c.columns - from)
            func multiply(into out: UnsafeMutablePointer<Float>, _ stride: Int) {
                for row in 0 ..< c.rows {
                    if present < columns { (out + row * stride).initialize(repeating: 0, count: columns) }
                    begin(out + row * stride, start, c, row: row, column: from, count: present)
                }
                kernels.block_product_few(
                    w.format, hints, c.rows, last - first, w.blocks, w.panel(first), &rows, out, stride)
            }
            if last <= whole {
                multiply(into: c.pointer.assumingMemoryBound(to: Float.self) + from, c.rowStride)
            } else {
                withUnsafeTemporaryAllocation(of: Float.self, capacity: c.rows * columns) { scratch in
                    let out = scratch.baseAddress!
                    multiply(into: out, columns)
                    for row in 0 ..< c.rows {
                        kernels.convert(
                            out + row * columns, ElementType.float32.code, c.advanced(row: row) + from * c.type.size,
                            c.type.code, present)
                    }
                }
            }
        }
    }

    /// Panels that one task reads: as much as keeps a stream of memory going, and tasks enough that the last ones
    /// finish together.
    func panelsPerTask(_ panels: Int, of panelBytes: Int) -> Int {
        max(1, min((512 << 10) / panelBytes, panels / (4 * threads)))
    }

    /// Many rows: the codes of a few panels are expanded to bytes or 16-bit numbers, a piece of k at a time, and
    /// stay in the first cache while all rows pass by.
    private func multiplyRows(
        _ a: BlockActivations, _ w: PackedBlocks, _ source: QuantizedMatrix, into c: Matrix, start: ProductStart
    ) {
        let width = PackedBlocks.panelRows, sub = Int(w.layout.sub), elements = Int(w.layout.elements)
        let panelsPerTask = w.panels >= 8 * threads ? 4 : w.panels >= 4 * threads ? 2 : 1
        let piece = Int(ORRERY_EXPANDED_DEPTH), blocksPerPiece = piece / elements, rowsPerTask = min(c.rows, 512)
        let groups = (w.panels + panelsPerTask - 1) / panelsPerTask,
            rowBlocks = (c.rows + rowsPerTask - 1) / rowsPerTask
        let columns = panelsPerTask * width, codeBytes = a.bytes == ORRERY_INT16 ? Int(kernels.expanded_bytes) : 1
        run(
            .products, groups * rowBlocks,
            operations: 2 * Double(c.rows) * Double(source.rows) * Double(source.columns),
            bytes: source.byteCount + c.bytes
        ) { task in
            let first = task / rowBlocks * panelsPerTask, panels = min(panelsPerTask, w.panels - first)
            let row = task % rowBlocks * rowsPerTask, rows = min(rowsPerTask, c.rows - row)
            var plan = ScratchPlan()
            let (sums, codes) = (plan.floats(rows * columns), plan.floats(columns * piece * codeBytes / 4))
            let (scales, offsets) = (plan.floats(columns * piece / sub), plan.floats(columns * piece / sub))
            let scratch = Storage(byteCount: plan.count * 4)
            defer { withExtendedLifetime(scratch) {} }
            let base = scratch.pointer.assumingMemoryBound(to: Float.self)
            let bytes = UnsafeMutableRawPointer(base + codes).assumingMemoryBound(to: UInt8.self)
            let from = first * width, present = min(panels * width, c.columns - from)
            for r in 0 ..< rows {
                let out = base + sums + r * columns
                if present < panels * width { out.initialize(repeating: 0, count: columns) }
                begin(out, start, c, row: row + r, column: from, count: present)
            }
            for block in stride(from: 0, to: w.blocks, by: blocksPerPiece) {
                let count = min(blocksPerPiece, w.blocks - block), k = count * elements
                for p in 0 ..< panels {
                    kernels.block_expand(
                        w.format, a.bytes, w.panel(first + p), block, count, bytes + p * k * width * codeBytes,
                        base + scales + p * (k / sub) * width,
                        base + offsets + p * (k / sub) * width)
                }
                var activations = a.from(row: row, column: block * elements)
                kernels.block_product(
                    w.format, rows, panels, k, bytes, base + scales, base + offsets, &activations, base + sums, columns)
            }
            for r in 0 ..< rows {
                kernels.convert(
                    base + sums + r * columns, ElementType.float32.code, c.advanced(row: row + r) + from * c.type.size,
                    c.type.code, present)
            }
        }
    }

    /// What the sums of a part of a row of C start as.
    func begin(
        _ out: UnsafeMutablePointer<Float>, _ start: ProductStart, _ c: Matrix, row: Int, column: Int, count: Int
    ) {
        switch start {
        case .zero: memset(out, 0, count * 4)
        case .bias(let bias): memcpy(out, bias + column, count * 4)
        case .accumulate:
            kernels.convert(
                c.advanced(row: row) + column * c.type.size, c.type.code, out, ElementType.float32.code, count)
        }
    }
}
