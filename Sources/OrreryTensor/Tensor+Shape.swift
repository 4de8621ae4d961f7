import Kernels

extension Tensor {
    /// The same rows one after another.
    package func contiguous() -> Tensor {
        if isContiguous { return self }
        let y = Tensor(empty: shape, dtype)
        copyRows(from: self, to: y)
        var copy = y
        copy.trace = trace  // the same value on the tape
        return copy
    }

    /// The same elements in another shape.
    package func reshaped(_ newShape: [Int]) -> Tensor {
        precondition(newShape.reduce(1, *) == count, "reshape: \(shape) to \(newShape)")
        let source = contiguous()
        let y = Tensor(newShape, dtype, storage: source.storage, offset: source.offset)
        return traced(y, trace, op: .reshape(self))
    }

    /// Views of consecutive parts of the last dimension.
    package func split(_ widths: [Int]) -> [Tensor] {
        precondition(widths.reduce(0, +) == width, "split: \(shape) into widths \(widths)")
        var parts: [Tensor] = [], at = offset
        for w in widths {
            parts.append(Tensor(shape.dropLast() + [w], dtype, storage: storage, offset: at, rowStride: rowStride))
            at += w
        }
        guard let tape = trace?.tape else { return parts }
        return tape.record(.split(self, widths: widths), parts)
    }

    /// Parts next to each other in the last dimension: what `split` takes apart.
    package static func joined(_ parts: [Tensor]) -> Tensor {
        let widths = parts.map(\.width), shape: [Int] = parts[0].shape.dropLast() + [widths.reduce(0, +)]
        let y = Tensor(empty: shape, parts[0].dtype)
        var at = 0
        for part in parts {
            copyRows(
                from: part, to: Tensor(part.shape, y.dtype, storage: y.storage, offset: at, rowStride: y.rowStride))
            at += part.width
        }
        let op = CustomOp(name: "joined", inputs: parts) { dy in
            dy[0].map { $0.detached.contiguous().split(widths).map { Optional($0.contiguous()) } }
                ?? parts.map { _ in nil }
        }
        return op.record([y])[0]
    }

    /// [B, T, H * D] to [B, H, T, D], or back when merging.
    package func swappingHeads(_ heads: Int, merging: Bool) -> Tensor {
        let (b, t, d) = merging ? (shape[0], shape[2], shape[3]) : (shape[0], shape[1], shape[2] / heads)
        precondition(merging ? shape[1] == heads : shape[2] == heads * d, "swapHeads: \(shape) with \(heads) heads")
        let source = contiguous()
        let y = Tensor(empty: merging ? [b, t, heads * d] : [b, heads, t, d], dtype)
        for i in 0 ..< b {
            for h in 0 ..< heads {
                let apart = Tensor(
                    [t, d], dtype, storage: merging ? y.storage : source.storage,
                    offset: (merging ? y : source).offset + i * t * heads * d + h * d, rowStride: heads * d)
                let adjacent = Tensor(
                    [t, d], dtype, storage: merging ? source.storage : y.storage,
                    offset: (merging ? source : y).offset + (i * heads + h) * t * d)
                copyRows(from: merging ? adjacent : apart, to: merging ? apart : adjacent)
            }
        }
        return traced(y, trace, op: .swapHeads(self, heads: heads, merging: merging))
    }
}

/// Copies between row strides, converting types if they differ.
package func copyRows(from x: Tensor, to y: Tensor) {
    precondition(x.shape == y.shape, "copy: \(x.shape) to \(y.shape)")
    Processor.current.convertRows(
        (x.pointer, x.dtype, stride: x.rowStride), to: (y.pointer, y.dtype, stride: y.rowStride), rows: x.rows,
        width: x.width)
}
