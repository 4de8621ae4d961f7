import Kernels

extension Tensor {
    /// RMSNorm over the last dimension, or over each run of `weight.count` elements of it (a norm per head).
    ///
    /// - Parameter offset: added to the weight: 1 where weights are stored about 0, as Gemma's are.
    package func rmsNorm(
        _ weight: Parameter, offset: Float = 0, epsilon: Float, as outputType: ElementType? = nil
    ) -> Tensor {
        let size = weight.count
        precondition(width % size == 0, "rmsNorm \(weight.name): x \(shape), weight \(weight.shape)")
        let x = contiguous()
        let y = Tensor(empty: shape, outputType ?? dtype), rstd = Tensor(empty: [count / size], .float32)
        Processor.current.rmsNorm(
            x.vector, weight: weight.floats, offset: offset, epsilon: epsilon, into: y.vector,
            rstd: rstd.float32Pointer, width: size)
        return traced(
            y, trace, weight.trace, op: .rmsNorm(x: x, weight: weight, offset: offset, rstd: rstd, width: size))
    }

    /// LayerNorm over the last dimension.
    package func layerNorm(
        _ weight: Parameter, bias: Parameter?, epsilon: Float, as outputType: ElementType? = nil
    ) -> Tensor {
        precondition(width == weight.count, "layerNorm \(weight.name): x \(shape), weight \(weight.shape)")
        let x = contiguous()
        let y = Tensor(empty: shape, outputType ?? dtype), mean = Tensor(empty: [rows], .float32),
            rstd = Tensor(empty: [rows], .float32)
        Processor.current.layerNorm(
            x.vector, weight: weight.floats, bias: bias?.floats, epsilon: epsilon, into: y.vector,
            mean: mean.float32Pointer, rstd: rstd.float32Pointer,
            width: width)
        return traced(
            y, trace, weight.trace, bias?.trace,
            op: .layerNorm(x: x, weight: weight, bias: bias, mean: mean, rstd: rstd))
    }

    /// A norm's steps before its weight, over runs of `size` elements of the last dimension: what each is divided by,
    /// [rows, width / size], and the quotients, of this shape; both float32. For looking on: nothing is recorded.
    package func normalized(
        centered: Bool, size: Int, epsilon: Float
    ) -> (scale: Tensor, normalized: Tensor) {
        precondition(width % size == 0, "normalized: x \(shape) in runs of \(size)")
        let x = contiguous(), y = Tensor(empty: shape, .float32)
        let rstd = Tensor(empty: [rows, width / size], .float32)
        let ones = [Float](repeating: 1, count: size)
        if centered {
            Processor.current.layerNorm(
                x.vector, weight: ones, bias: nil, epsilon: epsilon, into: y.vector, mean: nil,
                rstd: rstd.float32Pointer, width: size)
        } else {
            Processor.current.rmsNorm(
                x.vector, weight: ones, epsilon: epsilon, into: y.vector, rstd: rstd.float32Pointer, width: size)
        }
        return (Tensor(rstd.floats.map { 1 / $0 }, shape: rstd.shape), y)
    }
}
