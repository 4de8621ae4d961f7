import Kernels
import OrreryTensor

/// y = x Wᵀ + b.
package struct Linear: Sendable {
    package let weight: Parameter
    package let bias: Parameter?
    let layout: WeightLayout

    /// - Parameter layout: `.inputByOutput` stores the weight as GPT-2's `Conv1D` does.
    package init(
        _ scope: WeightScope, _ input: Int, _ output: Int, bias: Bool, layout: WeightLayout = .outputByInput,
        initial: InitialValue = .normal(standardDeviation: 0.02)
    ) throws {
        let layout = scope.source.layout(layout)
        weight = try scope.parameter("weight", layout == .outputByInput ? [output, input] : [input, output], initial)
        self.bias = bias ? try scope.parameter("bias", [output], .zeros) : nil
        self.layout = layout
    }

    /// - Parameters:
    ///   - context: knows which rows have an adapter.
    ///   - outputType: float32 where the result joins the residual stream; x's type if nil.
    package func callAsFunction(
        _ x: Tensor, _ context: ForwardContext, as outputType: ElementType? = nil
    ) -> Tensor {
        let y = x.linear(weight, bias: bias, layout: layout, as: outputType)
        context.adaptedRows?.add(weight, of: x, to: y) {
            $0.linear($1, bias: bias, layout: layout, as: outputType)
        }
        return y
    }

    /// The same of rows that no adapter reaches.
    package func unadapted(_ x: Tensor, as outputType: ElementType? = nil) -> Tensor {
        x.linear(weight, bias: bias, layout: layout, as: outputType)
    }

    /// x Wᵀ, float32.
    func withoutBias(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let y = x.linear(weight, layout: layout, as: .float32)
        context.adaptedRows?.add(weight, of: x, to: y, hasBias: false) { $0.linear($1, layout: layout, as: .float32) }
        return y
    }

    var outputWidth: Int { weight.shape[layout == .outputByInput ? 0 : 1] }
}

/// A row of numbers per token id.
package struct Embedding: Sendable {
    package let weight: Parameter

    package init(_ scope: WeightScope, _ count: Int, _ width: Int, standardDeviation: Float = 0.02) throws {
        weight = try scope.parameter("weight", [count, width], .normal(standardDeviation: standardDeviation))
    }

    /// [N, width] of N ids, which no adapter reaches.
    package func callAsFunction(_ ids: [Int32]) -> Tensor { weight.embedding(ids) }

    /// [N, width] of the ids of a batch.
    package func callAsFunction(_ ids: [Int32], _ context: ForwardContext) -> Tensor {
        let y = weight.embedding(ids)
        context.adaptedRows?.add(weight, of: ids, to: y)
        return y
    }

    /// The same table as an output layer (arXiv:1608.05859): logits [..., count], float32.
    package func unembed(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let y = x.linear(weight, as: .float32)
        context.adaptedRows?.add(weight, of: x, to: y) { $0.linear($1, as: .float32) }
        return y
    }
}
