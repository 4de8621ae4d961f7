import Kernels
import OrreryTensor

/// y = x Wᵀ + b.
public struct Linear: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    let layout: WeightLayout

    /// - Parameter layout: `.inputByOutput` stores the weight as GPT-2's `Conv1D` does.
    public init(
        _ scope: WeightScope, _ input: Int, _ output: Int, bias: Bool, layout: WeightLayout = .outputByInput,
        initial: InitialValue = .normal(standardDeviation: 0.02)
    ) throws {
        let layout = scope.source.layout(layout)
        weight = try scope.parameter("weight", layout == .outputByInput ? [output, input] : [input, output], initial)
        self.bias = bias ? try scope.parameter("bias", [output], .zeros) : nil
        self.layout = layout
    }

    /// - Parameter outputType: float32 where the result joins the residual stream; x's type if nil.
    package func callAsFunction(_ x: Tensor, as outputType: ElementType? = nil) -> Tensor {
        x.linear(weight, bias: bias, layout: layout, as: outputType)
    }
}

/// A row of numbers per token id.
public struct Embedding: Sendable {
    public let weight: Parameter

    public init(_ scope: WeightScope, _ count: Int, _ width: Int, standardDeviation: Float = 0.02) throws {
        weight = try scope.parameter("weight", [count, width], .normal(standardDeviation: standardDeviation))
    }

    /// [N, width] of N ids.
    package func callAsFunction(_ ids: [Int32]) -> Tensor { weight.embedding(ids) }

    /// The same table as an output layer (arXiv:1608.05859): logits [..., count], float32.
    package func unembed(_ x: Tensor) -> Tensor { x.linear(weight, as: .float32) }
}

/// Brings rows to one size, by whatever rule.
public protocol Norm: Sendable {
    /// Rounded to `type`, in which the next product multiplies.
    func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor
}

/// A norm whose result is a point of the forward pass, rounded to the type of the product that reads it.
package struct NormPoint: Sendable {
    private let norm: any Norm
    private let point: TapPoint

    package init(_ norm: any Norm, _ point: TapPoint) { (self.norm, self.point) = (norm, point) }

    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        context.tap(point, norm(x, as: context.computeType))
    }
}

/// x / rms(x) * weight (arXiv:1910.07467).
public struct RMSNorm: Norm {
    public let weight: Parameter
    public let epsilon: Float
    /// Added to the weight: 1 where weights are stored about 0.
    let offset: Float

    /// - Parameter storesOffset: weights are stored less one, as Gemma's are.
    public init(_ scope: WeightScope, _ width: Int, epsilon: Float, storesOffset: Bool = false) throws {
        weight = try scope.parameter("weight", [width], storesOffset ? .zeros : .ones)
        (self.epsilon, offset) = (epsilon, storesOffset ? 1 : 0)
    }

    public func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        x.rmsNorm(weight, offset: offset, epsilon: epsilon, as: type)
    }
}

/// (x - mean) / standard deviation * weight + bias (arXiv:1607.06450).
public struct LayerNorm: Norm {
    public let weight: Parameter
    public let bias: Parameter?
    public let epsilon: Float

    public init(_ scope: WeightScope, _ width: Int, bias: Bool, epsilon: Float) throws {
        weight = try scope.parameter("weight", [width], .ones)
        self.bias = bias ? try scope.parameter("bias", [width], .zeros) : nil
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        x.layerNorm(weight, bias: bias, epsilon: epsilon, as: type)
    }
}

/// A LayerNorm without bias for each of H heads [..., H d], each with its own weight.
public struct LayerNormPerHead: Norm {
    public let norms: [LayerNorm]

    /// - Parameter scope: holds the norms under their numbers.
    public init(_ scope: WeightScope, heads: Int, _ width: Int, epsilon: Float) throws {
        norms = try scope.layers(heads) { try LayerNorm($0, width, bias: false, epsilon: epsilon) }
    }

    public func callAsFunction(_ x: Tensor, as type: ElementType) -> Tensor {
        let heads = x.split(Array(repeating: x.width / norms.count, count: norms.count))
        return Tensor.joined(zip(norms, heads).map { $0($1, as: type) })
    }
}
