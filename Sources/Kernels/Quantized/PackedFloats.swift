internal import CKernels

extension PackedMatrix {
    /// Plain floats packed from where they lie. Pages of a file leave the memory behind the packing, so that at no time
    /// both are there whole.
    ///
    /// - Parameter transposed: the source is [n, k]; otherwise it is [k, n].
    /// - Returns: nil where the source must be decoded first: blocks, float16, rows in another order, numbers that are
    ///   not aligned.
    package convenience init?(
        _ source: QuantizedMatrix, transposed: Bool, computeType: ElementType, on processor: Processor = .current
    ) {
        let type: ElementType
        switch source.format {
        case .float32: type = .float32
        case .bfloat16: type = .bfloat16
        default: return nil
        }
        guard let bytes = source.bytesInOrder, let base = bytes.baseAddress,
            UInt(bitPattern: base) % UInt(type.size) == 0
        else { return nil }
        // Packing only reads.
        let stored = Matrix(UnsafeMutableRawPointer(mutating: base), type, rows: source.rows, columns: source.columns)
        guard source.isMapped else {
            self.init(transposed ? stored.transposed : stored, computeType: computeType, on: processor)
            return
        }
        if transposed {
            // A panel is some neighbouring rows of the file; about a MiB of them is let go at a time.
            let rows = Int(processor.kernels.panel_columns),
                panelsPerRelease = max(1, (1 << 20) / (rows * source.bytesPerRow))
            let panels = (source.rows + rows - 1) / rows
            self.init(stored.transposed, computeType: computeType, on: processor) { panel in
                guard (panel + 1) % panelsPerRelease == 0 || panel + 1 == panels else { return }
                let first = panel / panelsPerRelease * panelsPerRelease * rows,
                    end = min(source.rows, (panel + 1) * rows)
                QuantizedMatrix.dropPages(
                    UnsafeRawBufferPointer(rebasing: bytes[first * source.bytesPerRow ..< end * source.bytesPerRow]))
            }
        } else {
            self.init(stored, computeType: computeType, on: processor)
        }
        QuantizedMatrix.dropPages(bytes)
    }
}
