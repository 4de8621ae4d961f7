internal import CKernels
import Foundation

/// One step of AdamW (arXiv:1711.05101).
package struct AdamWStep: Sendable {
    package var learningRate: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    package var weightDecay: Float
    /// Counts from 1.
    package var step: Int
    /// Multiplies gradients before use: clipping.
    package var gradientScale: Float

    package init(
        learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, step: Int,
        gradientScale: Float = 1
    ) {
        (self.learningRate, self.beta1, self.beta2, self.epsilon) = (learningRate, beta1, beta2, epsilon)
        (self.weightDecay, self.step, self.gradientScale) = (weightDecay, step, gradientScale)
    }
}

extension Processor {
    private static let arenaGrain = 8192

    package func adamW(
        _ step: AdamWStep, weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        moments: UnsafeMutablePointer<Float>,
        secondMoments: UnsafeMutablePointer<Float>, count: Int
    ) {
        func correction(_ beta: Float) -> Float { Float(1 - power(Double(beta), step.step)) }
        let code = orrery_adamw(
            learning_rate: step.learningRate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon,
            weight_decay: step.weightDecay,
            correction1: correction(step.beta1), correction2: correction(step.beta2), gradient_scale: step.gradientScale
        )
        forRuns(.optimizer, count, grain: Self.arenaGrain, bytes: count * 28) {
            let i = $0.lowerBound
            withUnsafePointer(to: code) {
                kernels.adamw(
                    $0, weights + i, gradients + i, moments + i, secondMoments + i, min(Self.arenaGrain, count - i))
            }
        }
    }

    package func zero(_ x: UnsafeMutablePointer<Float>, count: Int) {
        forRuns(.optimizer, count, grain: Self.arenaGrain, bytes: count * 4) {
            memset(x + $0.lowerBound, 0, $0.count * 4)
        }
    }

    /// Σ x², in float64 over fixed runs.
    package func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
        let runs = (count + Self.arenaGrain - 1) / Self.arenaGrain
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, runs)) { partial in
            let out = partial.baseAddress!
            forRuns(.optimizer, count, grain: Self.arenaGrain, bytes: count * 4) {
                out[$0.lowerBound / Self.arenaGrain] = kernels.sum_of_squares(x + $0.lowerBound, $0.count)
            }
            return (0 ..< runs).reduce(0) { $0 + out[$1] }
        }
    }

    /// y = a x + b y
    package func axpby(_ a: Float, _ x: UnsafePointer<Float>, _ b: Float, _ y: UnsafeMutablePointer<Float>, count: Int)
    {
        forRuns(.optimizer, count, grain: Self.arenaGrain, bytes: count * 12) {
            kernels.axpby(a, x + $0.lowerBound, b, y + $0.lowerBound, $0.count)
        }
    }
}

/// By squaring, the same on every platform's library.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, left) = (1.0, base, exponent)
    while left > 0 {
        if left & 1 == 1 { result *= factor }
        factor *= factor
        left >>= 1
    }
    return result
}
