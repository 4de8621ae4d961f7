internal import CKernels

extension Processor {
    /// Turns the first `rotated` elements of each head by its position's angles; `sign` -1 turns back.
    ///
    /// - Parameters:
    ///   - x, y: [B, T, H, head size], possibly the same memory.
    ///   - cosines, sines: [T, rotated / 2] for the T positions.
    package func rotary(
        _ x: HeadRows, into y: HeadRows, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, sign: Float, batch: Int, rows: Int, heads: Int,
        rotated: Int
    ) {
        let grain = 16, runs = (rows + grain - 1) / grain
        run(.rotary, batch * runs, bytes: 2 * batch * rows * heads * x.headSize * x.type.size) { task in
            let (b, first) = (task / runs, task % runs * grain)
            kernels.rotary(
                x.at(batch: b, row: first, head: 0), x.rowStride, y.at(batch: b, row: first, head: 0), y.rowStride, x.type.code,
                cosines + first * rotated / 2, sines + first * rotated / 2, sign, min(grain, rows - first), heads, x.headSize, rotated)
        }
    }
}
