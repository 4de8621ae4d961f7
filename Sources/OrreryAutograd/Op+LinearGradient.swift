import Kernels
import OrreryTensor

/// y = x Wᵀ + b: dx = dy W, dW += dyᵀ x, db += Σ dy. Products round to x's type, as forward.
func linearGradient(
    x: Tensor, _ weight: Parameter, _ bias: Parameter?, _ layout: WeightLayout, dy: Tensor,
    into gradients: inout Gradients
) {
    let processor = Processor.current
    let rounded = dy.detached.cast(to: x.dtype)  // once for both products
    if gradients.wants(x) {
        if let blocks = weight.blocks.first {
            gradients.add(inputGradient(rounded, blocks, layout, like: x), to: x)
        } else {
            let dx = Tensor(empty: x.shape, x.dtype)
            processor.multiply(
                rounded.matrix, weight.packed(transposed: layout == .inputByOutput, as: x.dtype), into: dx.matrix)
            gradients.add(dx, to: x)
        }
    }
    if let dweight = gradients.sum(for: weight) {
        let (left, right) = layout == .outputByInput ? (rounded, x) : (x, rounded)
        processor.multiply(
            left.matrix.transposed, right.matrix, into: dweight.matrix, start: .accumulate, computeType: x.dtype)
    }
    if let dbias = gradients.sum(for: bias) {
        processor.addColumnSums(dy.contiguous().vector, into: dbias.float32Pointer, width: dy.width)
    }
}

/// dx of a frozen weight in a file's format, of which some rows at a time are decoded: no dense copy of it is kept. Each
/// sum meets the rows in their order, as that of a dense product does.
private func inputGradient(_ dy: Tensor, _ weight: QuantizedMatrix, _ layout: WeightLayout, like x: Tensor) -> Tensor {
    let processor = Processor.current, columns = weight.columns
    // An even number, so that pairs of bfloat16 stay together.
    let step = min(weight.rows, max(16, (1 << 19) / columns / 16 * 16))
    let tile = Tensor(empty: [step, columns], .float32)
    let dx = Tensor(empty: x.shape, layout == .outputByInput ? .float32 : x.dtype)
    for first in stride(from: 0, to: weight.rows, by: step) {
        let count = min(step, weight.rows - first)
        processor.decode(weight.slice(rows: first ..< first + count), into: tile.float32Pointer)
        let rows = tile.rows(0 ..< count).matrix
        if layout == .outputByInput {
            processor.multiply(
                dy.columns(first, count), rows, into: dx.matrix, start: first == 0 ? .zero : .accumulate,
                computeType: x.dtype)
        } else {
            processor.multiply(dy.matrix, rows.transposed, into: dx.columns(first, count), computeType: x.dtype)
        }
    }
    return withExtendedLifetime(tile) { dx }
}

extension Tensor {
    /// Some columns of all rows.
    fileprivate func columns(_ first: Int, _ count: Int) -> Matrix {
        Matrix(pointer + first * dtype.size, dtype, rows: rows, columns: count, rowStride: rowStride)
    }
}
