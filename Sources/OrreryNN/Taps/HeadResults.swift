import OrreryTensor

/// What each head adds to the residual stream: its part of the output layer's product, made only where a tap asks.
///
/// N rows, H heads, d head size, D width.
struct HeadResults {
    let output: Linear
    let heads: Int
    let point: TapPoint

    /// The output layer's result y [N, D] of z [N, H d], plus what a writer changes about the heads' parts.
    func offered(_ y: Tensor, of z: Tensor, _ context: ForwardContext) -> Tensor {
        if context.interest(in: point) == .none { return y }
        let plain = parts(of: z.detached, context), new = context.tap(point, plain)
        let (before, after) = (plain.floats, new.floats)
        if before == after { return y }
        context.requireNoTape(y, at: point)
        let D = y.width
        var sum = y.floats
        for i in before.indices where before[i] != after[i] {
            sum[i / (heads * D) * D + i % D] += after[i] - before[i]
        }
        return Tensor(sum, shape: y.shape)
    }

    /// [N, H, D]: head after head with the others' numbers at zero, so that any kind of weight will do.
    private func parts(of z: Tensor, _ context: ForwardContext) -> Tensor {
        let (N, D, d) = (z.rows, output.outputWidth, z.width / heads)
        let values = z.floats
        var parts = [Float](repeating: 0, count: N * heads * D)
        for h in 0 ..< heads {
            let own = values.enumerated().map { $0.offset / d % heads == h ? $0.element : 0 }
            let part = output.withoutBias(Tensor(own, shape: z.shape).cast(to: z.dtype), context).floats
            for n in 0 ..< N {
                let start = (n * heads + h) * D
                parts.replaceSubrange(start ..< start + D, with: part[n * D ..< (n + 1) * D])
            }
        }
        return Tensor(parts, shape: [N, heads, D])
    }
}
