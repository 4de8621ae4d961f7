internal import CKernels

/// Rows of activations as integers with a scale for each 32 or 256: what weights in blocks are multiplied by. A row's
/// integers depend on nothing but the row.
struct BlockActivations {
    private let storage: Storage
    private let layout: orrery_block_layout
    private let rows: orrery_block_rows
    /// Whether products with them are taken straight from the blocks.
    let areFew: Bool

    init(_ a: Matrix, for format: Int32, on processor: Processor) {
        layout = orrery_layout_of_blocks(format)
        let k = a.columns, units = k / Int(layout.unit), subs = k / Int(layout.sub)
        let rounded = Int32(processor.activations.bytes)
        areFew = a.rows <= Int(processor.kernels.block_few_rows(format, rounded))
        let many: Int32 = areFew ? 0 : 1
        let bytes = processor.kernels.block_stored_bytes(format, rounded, many)
        // A gap between rows: those a multiple of a page apart would fall on the same few lines of the first cache.
        let stride = k * Int(bytes) + 64, scales = (a.rows * stride + 63) / 64 * 64, sums = scales + a.rows * units * 4
        storage = Storage(byteCount: sums + a.rows * subs * 4)
        let base = storage.pointer
        let q = base.assumingMemoryBound(to: Int8.self), scale = (base + scales).assumingMemoryBound(to: Float.self)
        let starts = (base + sums).assumingMemoryBound(to: Int32.self),
            shifts = (base + sums).assumingMemoryBound(to: Float.self)
        rows = orrery_block_rows(
            q: q, q_stride: stride, bytes: bytes, scales: scale, scale_stride: units, starts: starts, shifts: shifts,
            sub_stride: subs)
        func quantise(_ i: Int) {
            processor.kernels.block_quantise(
                format, rounded, many, a.advanced(row: i), a.type.code, k, q + i * stride, scale + i * units,
                starts + i * subs, shifts + i * subs)
        }
        if a.rows == 1 {
            quantise(0)
        } else {
            processor.forRuns(.products, a.rows, grain: 4, bytes: 0) { for i in $0 { quantise(i) } }
        }
    }

    /// Of an integer.
    var bytes: Int32 { rows.bytes }

    /// Rows from `row` on, columns from `column` on, which starts a unit.
    func from(row: Int = 0, column: Int = 0) -> orrery_block_rows {
        var part = rows
        part.q += row * rows.q_stride + column * Int(rows.bytes)
        part.scales += row * rows.scale_stride + column / Int(layout.unit)
        part.starts += row * rows.sub_stride + column / Int(layout.sub)
        part.shifts += row * rows.sub_stride + column / Int(layout.sub)
        return part
    }

    /// Keeps the memory while `body` reads it through pointers.
    func keep<R>(_ body: () throws -> R) rethrows -> R { try withExtendedLifetime(storage, body) }
}
