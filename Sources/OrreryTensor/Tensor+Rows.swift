import Kernels

// For inference: none of these has a gradient.
extension Tensor {
    /// Rows [n, W] of [N, W] at these places.
    package func rows(at places: [Int]) -> Tensor {
        let y = Tensor(empty: [places.count, width], dtype), bytes = width * dtype.size
        for (i, place) in places.enumerated() {
            (y.pointer + i * bytes).copyMemory(from: pointer + place * rowStride * dtype.size, byteCount: bytes)
        }
        return y
    }

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
        let (gate, up) = (cast(to: .float32).contiguous(), up.cast(to: .float32).contiguous()), y = Tensor(empty: shape, .float32)
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
