import Kernels

extension Tensor {
    /// Neighbouring rows [n, W] of [N, W]: a view where no gradient is wanted.
    package func rows(_ range: Range<Int>) -> Tensor {
        if range == 0 ..< rows { return self }
        if trace?.tape != nil { return rows(at: Array(range)) }
        return Tensor(
            [range.count, width], dtype, storage: storage, offset: offset + range.lowerBound * rowStride,
            rowStride: rowStride)
    }

    /// Parts [n, W] one below the other.
    package static func joinedRows(_ parts: [Tensor]) -> Tensor {
        guard parts.count > 1 else { return parts[0] }
        let y = Tensor(empty: [parts.reduce(0) { $0 + $1.rows }, parts[0].width], parts[0].dtype)
        var ranges: [Range<Int>] = []
        for part in parts {
            let first = ranges.last?.upperBound ?? 0
            ranges.append(first ..< first + part.rows)
            copyRows(from: part, to: y.rows(ranges[ranges.count - 1]))
        }
        let op = CustomOp(name: "joinedRows", inputs: parts) { dy in
            ranges.map { range in dy[0]?.detached.contiguous().rows(range) }
        }
        return op.record([y])[0]
    }

    /// Rows [n, W] of [N, W] at these places.
    package func rows(at places: [Int]) -> Tensor {
        let y = Tensor(empty: [places.count, width], dtype), bytes = width * dtype.size, shape = shape
        for (i, place) in places.enumerated() {
            (y.pointer + i * bytes).copyMemory(from: pointer + place * rowStride * dtype.size, byteCount: bytes)
        }
        let op = CustomOp(name: "rows", inputs: [self]) { dy in
            let dx = Tensor(zeros: shape)
            if let dy = dy[0] {
                dx.addRows(dy.detached.cast(to: .float32).contiguous(), to: places, weights: places.map { _ in 1 })
            }
            return [dx]
        }
        return op.record([y])[0]
    }
}

// For inference: none of these has a gradient.
extension Tensor {

    /// Adds weight x to the rows at these places of this tensor [N, W] float32, which nothing else reads yet.
    package func addRows(_ x: Tensor, to places: [Int], weights: [Float]) {
        let (to, from, width) = (float32Pointer, x.float32Pointer, width)
        withExtendedLifetime(x) {
            for (i, place) in places.enumerated() {
                let (row, source, weight) = (to + place * width, from + i * width, weights[i])
                for j in 0 ..< width { row[j] += weight * source[j] }
            }
        }
    }

    /// gate sigmoid(alpha gate) (up + 1), with the gate, self, held below `limit` and up within it.
    package func clampedSwiGLU(up: Tensor, alpha: Float, limit: Float) -> Tensor {
        precondition(shape == up.shape, "clampedSwiGLU: gate \(shape), up \(up.shape)")
        let (gate, up) = (cast(to: .float32).contiguous(), up.cast(to: .float32).contiguous()),
            y = Tensor(empty: shape, .float32)
        withExtendedLifetime((gate, up)) {
            let (g, u, out) = (gate.float32Pointer, up.float32Pointer, y.float32Pointer)
            Processor.current.forRuns(.activations, count, grain: 4096, bytes: 12 * count) {
                for i in $0 {
                    let held = min(g[i], limit), other = max(-limit, min(limit, u[i]))
                    out[i] = (other + 1) * (held * (1 / (1 + exponential(-held * alpha))))
                }
            }
        }
        return y.cast(to: dtype)
    }
}
