import Kernels

extension Tensor {
    /// x W + b over the last dimension: [..., in] to [..., out].
    ///
    /// Operands are rounded to x's type, sums are float32.
    /// - Parameter outputType: of the result; x's type if nil.
    package func linear(
        _ weight: Parameter, bias: Parameter? = nil, layout: WeightLayout = .outputByInput,
        as outputType: ElementType? = nil
    ) -> Tensor {
        let (input, output) =
            layout == .outputByInput ? (weight.shape[1], weight.shape[0]) : (weight.shape[0], weight.shape[1])
        precondition(width == input, "linear \(weight.name): x \(shape), weight \(weight.shape) \(layout)")
        let y = Tensor(empty: shape.dropLast() + [output], outputType ?? dtype)
        let start = bias.map { ProductStart.bias($0.floats) } ?? .zero
        if weight.isDecoded(for: dtype) {
            let value = weight.value
            withExtendedLifetime(value) {
                Processor.current.multiply(
                    matrix, value.matrix.transposed, into: y.matrix, start: start, computeType: dtype)
            }
        } else if let blocks = weight.blocks.first, layout == .outputByInput, !weight.isPacked {
            Processor.current.multiply(matrix, blocks, into: y.matrix, start: start)
        } else {
            Processor.current.multiply(
                matrix, weight.packed(transposed: layout == .outputByInput, as: dtype), into: y.matrix, start: start)
        }
        return traced(
            y, trace, weight.trace, bias?.trace, op: .linear(x: self, weight: weight, bias: bias, layout: layout))
    }

    /// Matrix product of the last two dimensions, over equal leading ones: [..., m, k] by [..., k, n], or by [..., n,
    /// k] transposed.
    package func matmul(_ b: Tensor, transposeB: Bool = false, as outputType: ElementType? = nil) -> Tensor {
        let rank = shape.count
        let (m, k) = (shape[rank - 2], shape[rank - 1])
        let (bk, n) = transposeB ? (b.shape[rank - 1], b.shape[rank - 2]) : (b.shape[rank - 2], b.shape[rank - 1])
        precondition(
            b.shape.count == rank && b.shape.dropLast(2) == shape.dropLast(2) && k == bk,
            "matmul: \(shape) by \(b.shape)\(transposeB ? "ᵀ" : "")")
        let y = Tensor(empty: shape.dropLast(2) + [m, n], outputType ?? dtype)
        let processor = Processor.current
        for i in 0 ..< shape.dropLast(2).reduce(1, *) {
            let right = b.page(i)
            processor.multiply(page(i), transposeB ? right.transposed : right, into: y.page(i), computeType: dtype)
        }
        return traced(y, trace, b.trace, op: .matmul(a: self, b: b, transposeB: transposeB))
    }

    /// Matrix i of the leading dimensions.
    package func page(_ i: Int) -> Matrix {
        let (m, n) = (shape[shape.count - 2], shape[shape.count - 1])
        return Matrix(pointer + i * m * rowStride * dtype.size, dtype, rows: m, columns: n, rowStride: rowStride)
    }
}
