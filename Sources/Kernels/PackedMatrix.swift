internal import CKernels

/// The right operand B of a product in the order in which the inner loop reads it. Made once for weights that are used
/// often.
package final class PackedMatrix: @unchecked Sendable {  // written only while it is made
    package let rows: Int  // k
    package let columns: Int  // n
    let panelType: ElementType
    let depth: Int
    let panelStride: Int
    let storage: Storage
    /// Elements along k in one word.
    var wordK: Int { depth == rows ? 1 : 2 }
    package var byteCount: Int { storage.byteCount }
    var panels: UnsafeMutablePointer<UInt32> { storage.pointer.assumingMemoryBound(to: UInt32.self) }

    /// - Parameters:
    ///   - b: [k, n].
    ///   - afterPanel: is told, on any thread, which panel of columns was packed.
    package init(
        _ b: Matrix, computeType: ElementType, on processor: Processor = .current,
        afterPanel: ((_ panel: Int) -> Void)? = nil
    ) {
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
            afterPanel?(p)
        }
    }
}

extension Processor {
    /// Words of 32 bits along k: pairs where the processor multiplies bfloat16, floats elsewhere.
    func depth(of k: Int, _ type: ElementType) -> Int {
        type == .bfloat16 && kernels.native_bf16 != 0 ? (k + 1) / 2 : k
    }
}
