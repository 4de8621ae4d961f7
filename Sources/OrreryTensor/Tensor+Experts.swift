import Foundation
import Kernels

/// What is done with the scores of E experts, of which the largest k are used.
package enum ExpertWeighting: Sendable, Hashable {
    /// Softmax over all, then the largest
    case softmaxFirst
    /// Softmax over all, then the largest, scaled to a sum of one
    case softmaxFirstNormalized
    /// The largest, then softmax over those
    case topFirst
}

// The parts of a mixture of experts that are not layers (arXiv:1701.06538, 2401.04088).
//
// N rows, E experts, k of them chosen, D width.
extension Tensor {
    /// The k largest of each row of scores [N, E], the best first, and their weights [N, k], float32. The choice has no
    /// gradient, the weights have one.
    package func expertWeights(top k: Int, _ weighting: ExpertWeighting) -> (chosen: [Int], weights: Tensor) {
        let (scores, E) = (floats, width)
        var chosen: [Int] = []
        for row in 0 ..< rows { chosen += weighting.largest(k, of: scores[row * E ..< (row + 1) * E]) }
        return expertWeights(choosing: chosen, weighting)
    }

    /// The weights [N, k] of these k experts of each row.
    package func expertWeights(
        choosing chosen: [Int], _ weighting: ExpertWeighting
    ) -> (chosen: [Int], weights: Tensor) {
        let (scores, E, k) = (floats, width, chosen.count / max(1, rows))
        var weights: [Float] = []
        for row in 0 ..< rows {
            let own = chosen[row * k ..< (row + 1) * k]
            weights += weighting.weights(of: own, by: scores[row * E ..< (row + 1) * E])
        }
        let made = Tensor(weights, shape: [rows, k])
        return (
            chosen, traced(made, trace, op: .expertWeights(scores: self, weights: made, chosen: chosen, weighting))
        )
    }

    /// This tensor [N, D] float32 with weight x [n, D] added at these places, each of them once. It is changed in
    /// place: nothing else reads it.
    package func addingRows(_ x: Tensor, to places: [Int], weights: Tensor) -> Tensor {
        precondition(
            x.shape == [places.count, width] && weights.count == places.count,
            "addingRows: x \(x.shape), weights \(weights.shape) for \(places.count) rows of \(shape)")
        addRows(x.contiguous(), to: places, weights: weights.floats)
        return traced(
            detached, trace, x.trace, weights.trace,
            op: .addRows(sum: self, x: x.contiguous(), weights: weights, places: places))
    }

    /// gate sigmoid(alpha gate) (up + 1), with the gate, self, held below `limit` and up within it.
    package func clampedSwiGLU(up: Tensor, alpha: Float, limit: Float) -> Tensor {
        precondition(shape == up.shape, "clampedSwiGLU: gate \(shape), up \(up.shape)")
        let (gate, linear) = (
            cast(to: .float32, tracked: false).contiguous(), up.cast(to: .float32, tracked: false).contiguous()
        )
        let y = Tensor(empty: shape, .float32)
        withExtendedLifetime((gate, linear)) {
            let (g, u, out) = (gate.float32Pointer, linear.float32Pointer, y.float32Pointer)
            Processor.current.forRuns(.activations, count, grain: 4096, bytes: 12 * count) {
                for i in $0 {
                    let held = min(g[i], limit), other = max(-limit, min(limit, u[i]))
                    out[i] = (other + 1) * (held * (1 / (1 + exponential(-held * alpha))))
                }
            }
        }
        return traced(
            y.cast(to: dtype), trace, up.trace, op: .clampedSwiGLU(gate: self, up: up, alpha: alpha, limit: limit))
    }
}

extension ExpertWeighting {
    /// The k largest of one row of scores. Of equal ones the first is the better.
    package func largest(_ k: Int, of scores: ArraySlice<Float>) -> [Int] {
        let ranked = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        return ranked.prefix(k).map { $0 - scores.startIndex }
    }

    /// The weights of the chosen experts by one row of scores.
    fileprivate func weights(of chosen: ArraySlice<Int>, by scores: ArraySlice<Float>) -> [Float] {
        let own = chosen.map { scores[scores.startIndex + $0] }
        let largest = self == .topFirst ? own.reduce(-.infinity, max) : scores.reduce(-.infinity, max)
        let exponentials = own.map { exp($0 - largest) }
        let all = self == .topFirst ? exponentials.reduce(0, +) : scores.reduce(0) { $0 + exp($1 - largest) }
        var weights = exponentials.map { $0 / all }
        if self == .softmaxFirstNormalized {
            let sum = weights.reduce(0, +)
            weights = weights.map { $0 / sum }
        }
        return weights
    }
}
