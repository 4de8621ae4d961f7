import Kernels
import OrreryTensor

/// What differs between training, inference and looking inside: everything that a forward pass takes besides its rows.
public struct ForwardContext {
    /// The type to which operands of products are rounded; the residual stream and all sums are float32.
    public var computeType: ElementType
    /// The watcher of the pass; nil where nobody watches.
    public var taps: (any Taps)?
    /// The source of dropout's masks; nil outside of training.
    public var dropout: DropoutSource?
    /// Computes a block so that a tape keeps its input alone, and once more in the backward pass (arXiv:1604.06174);
    /// nil: a tape keeps what the gradient needs.
    package var checkpoint: ((_ x: Tensor, _ block: @escaping (Tensor) -> Tensor) -> Tensor)?
    /// The layer that computes.
    package private(set) var layer = 0
    /// The stack to which it belongs.
    package private(set) var stack = TapStack.decoderOnly
    private var batchRows: BatchRows?
    /// The adapters of the rows; nil where none has one.
    package private(set) var adaptedRows: AdaptedRows?

    /// A context for a pass; by default one of inference in float32.
    public init(computeType: ElementType = .float32, taps: (any Taps)? = nil, dropout: DropoutSource? = nil) {
        (self.computeType, self.taps, self.dropout) = (computeType, taps, dropout)
    }

    /// The same for the rows of a batch.
    package func over(_ batch: Batch) -> ForwardContext {
        var context = self
        context.batchRows = BatchRows(batch)
        context.adaptedRows = AdaptedRows(batch)
        return context
    }

    /// The same for the wanted rows of a batch, which is what the output layer reads.
    package func outputs(of batch: Batch) -> ForwardContext {
        guard let adapted = AdaptedRows(batch) else { return self }
        var context = self
        context.adaptedRows = batch.wantedRows.map(adapted.selecting) ?? adapted
        return context
    }

    /// The same for some of the rows.
    package func selecting(_ places: [Int]) -> ForwardContext { withAdapters { $0.selecting(places) } }

    /// The same where each row stands `count` times.
    func repeating(_ count: Int) -> ForwardContext { withAdapters { $0.repeating(count) } }

    private func withAdapters(_ change: (AdaptedRows) -> AdaptedRows?) -> ForwardContext {
        guard let adaptedRows else { return self }
        var context = self
        context.adaptedRows = change(adaptedRows)
        return context
    }

    /// The same in a layer.
    package func at(_ layer: Int) -> ForwardContext {
        var context = self
        context.layer = layer
        return context
    }

    /// The same in a stack of layers.
    package func `in`(_ stack: TapStack) -> ForwardContext {
        var context = self
        context.stack = stack
        return context
    }

    /// block(x), checkpointed where that is wanted.
    func checkpointed(_ x: Tensor, _ block: @escaping (Tensor, ForwardContext) -> Tensor) -> Tensor {
        guard let checkpoint else { return block(x, self) }
        let first = dropout?.next
        return checkpoint(x) { [self] x in
            if let first { dropout?.next = first }  // the second time the same masks
            return block(x, self)
        }
    }

    package var rows: BatchRows {
        guard let batchRows else {
            preconditionFailure("forward pass: attention without a batch; a model begins with context.over(batch)")
        }
        return batchRows
    }
}

/// The source of dropout's masks: each use in a step has a random stream of its own, so that masks depend on the seed,
/// the step and the place alone.
public final class DropoutSource {
    private let probability: Float
    private let seed: UInt64
    /// The stream of the next use.
    fileprivate(set) var next: UInt64

    /// A source for one micro-batch.
    ///
    /// - Parameters:
    ///   - probability: the share of elements that are dropped, from 0 to 1.
    ///   - seed: the seed of the masks.
    ///   - step: the number of the micro-batch, counted over the whole run.
    public init(probability: Float, seed: UInt64, step: Int) {
        self.probability = probability
        self.seed = seed
        next = UInt64(step) << 16
    }

    package func callAsFunction() -> Dropout? {
        guard probability > 0 else { return nil }
        defer { next += 1 }
        return Dropout(probability: probability, seed: seed, stream: next)
    }
}
