import Kernels

/// One recorded operation with what its gradient needs. Closed: OrreryAutograd's rules are an exhaustive switch over
/// it.
package enum Op {
    /// y = x Wᵀ + b, or x W + b where the weight is stored [in, out]
    case linear(x: Tensor, weight: Parameter, bias: Parameter?, layout: WeightLayout)
    /// y[..., m, n] = a[..., m, k] b, with b [..., k, n] or, transposed, [..., n, k]
    case matmul(a: Tensor, b: Tensor, transposeB: Bool)
    case add(Tensor, Tensor)
    case multiply(Tensor, Tensor)
    case scale(Tensor, Float)
    case cast(Tensor)
    case reshape(Tensor)
    case split(Tensor, widths: [Int])
    case embedding(ids: [Int32], table: Parameter)
    case rmsNorm(x: Tensor, weight: Parameter, offset: Float, rstd: Tensor, width: Int)
    case layerNorm(x: Tensor, weight: Parameter, bias: Parameter?, mean: Tensor, rstd: Tensor)
    case activation(Activation, Tensor)
    case swiGLU(gate: Tensor, up: Tensor)
    /// gpt-oss's gate
    case clampedSwiGLU(gate: Tensor, up: Tensor, alpha: Float, limit: Float)
    /// Rows of x at these places
    case rows(Tensor, places: [Int])
    /// The sum with rows of x times a weight each added at these places, each place once
    case addRows(sum: Tensor, x: Tensor, weights: Tensor, places: [Int])
    /// The weights [N, k] of the experts chosen by scores [N, E]
    case expertWeights(scores: Tensor, weights: Tensor, chosen: [Int], ExpertWeighting)
    case rotary(x: Tensor, RotaryTable, headSize: Int, [RotaryRun])
    case attention(
        q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor, AttentionShape, LearnedTerms, dropout: Dropout?)
    /// Softmax of scores [..., T, S] over the keys that a query sees
    case maskedSoftmax(scores: Tensor, probabilities: Tensor, sinks: Parameter?)
    /// [B, T, H * D] to [B, H, T, D] and back
    case swapHeads(Tensor, heads: Int, merging: Bool)
    case dropout(Tensor, Dropout)
    /// log p of each row's target
    case logProbability(logits: Tensor, targets: [Int32], logSumExp: Tensor)
    case custom(CustomOp)
}

/// What a model learns of attention besides queries, keys and values; the numbers themselves are in the shape.
package struct LearnedTerms {
    /// [H]
    package var sinks: Parameter?
    /// [H, 2 reach + 1]
    package var distances: Tensor?

    package init(sinks: Parameter? = nil, distances: Tensor? = nil) {
        (self.sinks, self.distances) = (sinks, distances)
    }
}

/// The order of a matrix's dimensions: Hugging Face's `nn.Linear` is [out, in], GPT-2's `Conv1D` is [in, out].
public enum WeightLayout: Sendable, Hashable {
    /// [out, in]: a row for each output.
    case outputByInput
    /// [in, out]: a row for each input.
    case inputByOutput
}

/// An operation of a target above, which brings its gradient: a fused loss, a recurrent cell.
package struct CustomOp {
    package var name: String
    package var inputs: [Tensor]
    /// From the gradient of each result to the gradient of each input; nil where it is zero.
    package var gradient: ([Tensor?]) -> [Tensor?]

    package init(name: String, inputs: [Tensor], gradient: @escaping ([Tensor?]) -> [Tensor?]) {
        (self.name, self.inputs, self.gradient) = (name, inputs, gradient)
    }

    /// Appends this operation to the tape of the first tracked input.
    package func record(_ results: [Tensor]) -> [Tensor] {
        for input in inputs {
            if let tape = input.trace?.tape { return tape.record(.custom(self), results) }
        }
        return results
    }
}
