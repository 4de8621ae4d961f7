import OrreryAutograd
import OrreryModels
import OrreryNN
import OrreryTensor

/// What training makes small, as a sum over what counts and its weight: micro-batches add up both, and the optimizer's
/// step divides once. So a mean is that of the whole step, however many targets each micro-batch has.
package protocol Objective: Sendable {
    func callAsFunction(_ batch: TokenBatch, _ model: any TokenModel, _ context: ForwardContext) -> ObjectiveValue
}

/// Of one micro-batch.
package struct ObjectiveValue {
    /// One element.
    package var sum: Tensor
    package var weight: Double

    var mean: Double { Double(sum.element(0)) / max(weight, 1) }
}

/// The cross-entropy of each next token, in nats.
///
/// N rows, V vocabulary: logits [N, V] of a large vocabulary are never there all at once, but a piece of the rows at a
/// time, once more in the backward pass.
package struct NextTokenLoss: Objective {
    /// Bytes of a piece of logits.
    var pieceBytes = 8 << 20
    /// Bytes of logits that are computed at once.
    var wholeBytes = 64 << 20

    package init() {}

    package init(pieceBytes: Int, wholeBytes: Int) { (self.pieceBytes, self.wholeBytes) = (pieceBytes, wholeBytes) }

    package func callAsFunction(
        _ batch: TokenBatch, _ model: any TokenModel, _ context: ForwardContext
    ) -> ObjectiveValue {
        let weights = batch.targets.map { $0 < 0 ? Float(0) : -1 }, weight = Double(weights.count { $0 != 0 })
        let hidden = model.hidden(Batch(batch.inputs, runs: batch.lengths.map { Batch.Run(count: $0) }), context)
        let rowBytes = 4 * model.shape.vocabularySize
        func loss(_ hidden: Tensor, _ rows: Range<Int>) -> Tensor {
            model.unembed(hidden, context).logProbabilities(of: Array(batch.targets[rows])).weightedSum(
                Array(weights[rows]))
        }
        guard hidden.rows * rowBytes > wholeBytes else {
            return ObjectiveValue(sum: loss(hidden, 0 ..< hidden.rows), weight: weight)
        }
        let size = max(16, pieceBytes / rowBytes)
        let sums = stride(from: 0, to: hidden.rows, by: size).map { first in
            let rows = first ..< min(first + size, hidden.rows)
            return Tape.checkpoint(hidden.rows(rows)) { loss($0, rows) }
        }
        return ObjectiveValue(sum: sums.dropFirst().reduce(sums[0]) { $0 + $1 }, weight: weight)
    }
}
