internal import CKernels

extension Processor {
    /// Rows of `depth` elements as a left operand of the inner loop: a plain copy in the words that it reads where the
    /// processor has such words, panels elsewhere. `memory` holds whole panels.
    func leftOperand(
        _ x: UnsafeRawPointer, _ type: ElementType, stride: Int, rows: Int, depth: Int, as panelType: ElementType,
        in memory: UnsafeMutablePointer<UInt32>
    ) -> (words: UnsafeMutablePointer<UInt32>, stride: Int, direct: Int32) {
        let words = self.depth(of: depth, panelType),
            perWord = panelType == .bfloat16 && kernels.native_bf16 != 0 ? 2 : 1
        guard depth % perWord == 0, panelType == .float32 || perWord == 2 else {
            let mr = Int(kernels.panel_rows)
            kernels.pack(x, type.code, stride, 1, rows, depth, Int32(mr), panelType.code, memory, mr * words)
            return (memory, mr * words, 0)
        }
        if stride == depth {
            kernels.convert(x, type.code, memory, panelType.code, rows * depth)
        } else {
            for r in 0 ..< rows {
                kernels.convert(x + r * stride * type.size, type.code, memory + r * words, panelType.code, depth)
            }
        }
        return (memory, words, 1)
    }

    /// A tile of float32, which need not be copied to be multiplied as float32.
    func leftOperand(
        tile x: UnsafeMutablePointer<Float>, rows: Int, depth: Int, as panelType: ElementType,
        in memory: UnsafeMutablePointer<UInt32>
    )
        -> (words: UnsafeMutablePointer<UInt32>, stride: Int, direct: Int32)
    {
        let tile = KeyValueTiles.tile
        if panelType == .float32 { return (UnsafeMutableRawPointer(x).assumingMemoryBound(to: UInt32.self), tile, 1) }
        return leftOperand(x, .float32, stride: tile, rows: rows, depth: depth, as: panelType, in: memory)
    }
}
