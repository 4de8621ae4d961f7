import Kernels
import OrreryTensor

// The rules of a mixture of experts. N rows, E experts, k of them chosen, D width.

/// With g the gate held below the limit and u the other half within it, y = g σ(α g) (u + 1):
/// dg = dy (u + 1) (σ + α g σ (1 - σ)) and du = dy g σ, zero where a number is held.
func clampedSwiGLUGradient(
    _ gate: Tensor, _ up: Tensor, alpha: Float, limit: Float, _ dy: Tensor
) -> (dgate: Tensor, dup: Tensor) {
    func floats(_ x: Tensor) -> Tensor { x.detached.cast(to: .float32).contiguous() }
    let (gate, up, dy) = (floats(gate), floats(up), floats(dy))
    let dgate = Tensor(empty: gate.shape, .float32), dup = Tensor(empty: up.shape, .float32)
    withExtendedLifetime((gate, up, dy)) {
        let (g, u, dy) = (gate.float32Pointer, up.float32Pointer, dy.float32Pointer)
        let (dg, du) = (dgate.float32Pointer, dup.float32Pointer)
        Processor.current.forRuns(.activations, gate.count, grain: 4096, bytes: 20 * gate.count) {
            for i in $0 {
                let held = min(g[i], limit), other = max(-limit, min(limit, u[i]))
                let sigmoid = 1 / (1 + exponential(-held * alpha))
                let slope = sigmoid * (1 + alpha * held * (1 - sigmoid))
                dg[i] = g[i] <= limit ? dy[i] * (other + 1) * slope : 0
                du[i] = abs(u[i]) <= limit ? dy[i] * held * sigmoid : 0
            }
        }
    }
    return (dgate, dup)
}

/// Of weight x added to rows of a sum: dx = weight dsum, and dweight = dsum · x.
func addedRowsGradient(
    _ x: Tensor, _ weights: Tensor, _ places: [Int], _ dsum: Tensor, into gradients: inout Gradients
) {
    let (D, w) = (x.width, weights.floats), dsum = dsum.detached.cast(to: .float32).contiguous()
    let dx = Tensor(empty: x.shape, .float32), dweights = Tensor(empty: weights.shape, .float32)
    withExtendedLifetime((x, dsum)) {
        let (from, above, out, shares) = (
            x.float32Pointer, dsum.float32Pointer, dx.float32Pointer, dweights.float32Pointer
        )
        Processor.current.forRuns(.elementwise, places.count, grain: 16, bytes: 12 * x.count) {
            for i in $0 {
                let (row, added, dadded) = (above + places[i] * D, from + i * D, out + i * D)
                var dot = 0.0
                for j in 0 ..< D {
                    dadded[j] = w[i] * row[j]
                    dot += Double(row[j]) * Double(added[j])
                }
                shares[i] = Float(dot)
            }
        }
    }
    gradients.add(dx, to: x)
    gradients.add(dweights, to: weights)
}

/// Of the weights w [N, k] of chosen experts by all scores [N, E]. With p the softmax of a row and dp the gradient of
/// its chosen ones, ds = p (dp - Σ p dp); where the weights sum to one, w stands for p and the others have none.
func expertWeightsGradient(
    _ scores: Tensor, _ weights: Tensor, _ chosen: [Int], _ weighting: ExpertWeighting, _ dy: Tensor
) -> Tensor {
    let (E, k) = (scores.width, weights.width), w = weights.floats, s = scores.floats, dw = dy.floats
    var gradient = [Float](repeating: 0, count: scores.count)
    for row in 0 ..< scores.rows {
        let choices = row * k ..< (row + 1) * k
        let dot = choices.reduce(0.0) { $0 + Double(w[$1]) * Double(dw[$1]) }
        if weighting == .softmaxFirst {
            // p of all from one that is known: a weight and its score.
            let (known, share) = (s[row * E + chosen[row * k]], Double(w[row * k]))
            for e in 0 ..< E {
                gradient[row * E + e] = Float(-share * Double(exponential(s[row * E + e] - known)) * dot)
            }
        }
        for c in choices {
            let own = weighting == .softmaxFirst ? Double(dw[c]) : Double(dw[c]) - dot
            gradient[row * E + chosen[c]] += Float(Double(w[c]) * own)
        }
    }
    return Tensor(gradient, shape: scores.shape)
}
