internal import CKernels

extension Processor {
    /// Neighbouring rows at neighbouring positions, and where their angles stand.
    package struct RotaryRun {
        package var rows: Range<Int>
        /// [rows, rotated / 2], of the first row's position and on; `sines` likewise.
        package var cosines: UnsafePointer<Float>
        package var sines: UnsafePointer<Float>

        package init(rows: Range<Int>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>) {
            (self.rows, self.cosines, self.sines) = (rows, cosines, sines)
        }
    }

    /// Turns the first `rotated` elements of each head by its position's angles; `sign` -1 turns back.
    ///
    /// - Parameters:
    ///   - x, y: [N, H, head size], possibly the same memory.
    package func rotary(_ x: HeadRows, into y: HeadRows, _ runs: [RotaryRun], sign: Float, heads: Int, rotated: Int) {
        let grain = 16,
            pieces = runs.indices.flatMap { r in
                stride(from: 0, to: runs[r].rows.count, by: grain).map { (run: r, first: $0) }
            }
        let rows = runs.reduce(0) { $0 + $1.rows.count }
        run(.rotary, pieces.count, bytes: 2 * rows * heads * x.headSize * x.type.size) { task in
            let (run, first) = (runs[pieces[task].run], pieces[task].first), row = run.rows.lowerBound + first
            kernels.rotary(
                x.at(row: row, head: 0), x.rowStride, y.at(row: row, head: 0), y.rowStride, x.type.code,
                run.cosines + first * rotated / 2,
                run.sines + first * rotated / 2, sign, min(grain, run.rows.count - first), heads, x.headSize, rotated)
        }
    }
}
