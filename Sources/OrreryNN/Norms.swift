import Kernels
import OrreryTensor

/// Brings rows to one size, by whatever rule.
package protocol Norm: Sendable {
    /// Rounded to `type`, in which the next product multiplies.
    func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor
    /// What it computes, for taps between its steps.
    var steps: NormSteps { get }
}

/// The steps of a norm: (x - mean) / scale, each run of elements by itself, times a factor plus a bias.
package struct NormSteps: Sendable {
    /// Whether the mean is taken off.
    package var isCentered: Bool
    /// Elements that have one scale.
    package var size: Int
    package var epsilon: Float
    /// One per element of a row, or per element of each run.
    package var factors: [Float]
    package var biases: [Float]?
}

/// x / rms(x) * weight (arXiv:1910.07467).
package struct RMSNorm: Norm {
    package let weight: Parameter
    package let epsilon: Float
    /// Added to the weight: 1 where weights are stored about 0.
    let offset: Float

    /// - Parameter storesOffset: weights are stored less one, as Gemma's are.
    package init(_ scope: WeightScope, _ width: Int, epsilon: Float, storesOffset: Bool = false) throws {
        weight = try scope.parameter("weight", [width], storesOffset ? .zeros : .ones)
        (self.epsilon, offset) = (epsilon, storesOffset ? 1 : 0)
    }

    package func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        x.rmsNorm(weight, offset: offset, epsilon: epsilon, as: type)
    }

    package var steps: NormSteps {
        NormSteps(
            isCentered: false, size: weight.count, epsilon: epsilon, factors: weight.value.floats.map { $0 + offset })
    }
}

/// (x - mean) / standard deviation * weight + bias (arXiv:1607.06450).
package struct LayerNorm: Norm {
    package let weight: Parameter
    package let bias: Parameter?
    package let epsilon: Float

    package init(_ scope: WeightScope, _ width: Int, bias: Bool, epsilon: Float) throws {
        weight = try scope.parameter("weight", [width], .ones)
        self.bias = bias ? try scope.parameter("bias", [width], .zeros) : nil
        self.epsilon = epsilon
    }

    package func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        x.layerNorm(weight, bias: bias, epsilon: epsilon, as: type)
    }

    package var steps: NormSteps {
        NormSteps(
            isCentered: true, size: weight.count, epsilon: epsilon, factors: weight.value.floats,
            biases: bias?.value.floats)
    }
}

/// A LayerNorm without bias for each of H heads [..., H d], each with its own weight.
package struct LayerNormPerHead: Norm {
    package let norms: [LayerNorm]

    /// - Parameter scope: holds the norms under their numbers.
    package init(_ scope: WeightScope, heads: Int, _ width: Int, epsilon: Float) throws {
        norms = try scope.layers(heads) { try LayerNorm($0, width, bias: false, epsilon: epsilon) }
    }

    package func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        let heads = x.split(Array(repeating: x.width / norms.count, count: norms.count))
        return Tensor.joined(zip(norms, heads).map { $0($1, as: type) })
    }

    package var steps: NormSteps {
        NormSteps(
            isCentered: true, size: norms[0].weight.count, epsilon: norms[0].epsilon,
            factors: norms.flatMap { $0.weight.value.floats })
    }
}
