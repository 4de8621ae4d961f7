import Kernels
import OrreryTensor

/// What differs between training, inference and looking inside: everything a forward pass takes beside its rows.
public struct ForwardContext {
    /// The type to which operands of products are rounded; the residual stream and all sums are float32.
    public var computeType: ElementType
    public var taps: (any Taps)?
    /// nil outside of training.
    public var dropout: DropoutSource?
    /// The layer that computes.
    package private(set) var layer = 0
    private var batchRows: BatchRows?

    public init(computeType: ElementType = .float32, taps: (any Taps)? = nil, dropout: DropoutSource? = nil) {
        (self.computeType, self.taps, self.dropout) = (computeType, taps, dropout)
    }

    /// The same for the rows of a batch.
    package func over(_ batch: Batch) -> ForwardContext {
        var context = self
        context.batchRows = BatchRows(batch)
        return context
    }

    /// The same in a layer.
    package func at(_ layer: Int) -> ForwardContext {
        var context = self
        context.layer = layer
        return context
    }

    package var rows: BatchRows {
        guard let batchRows else {
            preconditionFailure("forward pass: attention without a batch; a model begins with context.over(batch)")
        }
        return batchRows
    }

    /// Offers `tensor` to whoever watches.
    @inline(__always)
    package func tap(_ point: TapPoint, _ tensor: Tensor) -> Tensor {
        guard let taps else { return tensor }
        return offer(tensor, at: point, to: taps)
    }

    private func offer(_ tensor: Tensor, at point: TapPoint, to taps: any Taps) -> Tensor {
        switch taps.interest(in: point, layer: layer) {
        case .none: return tensor
        case .read:
            _ = taps.visit(tensor, at: point, layer: layer)
            return tensor
        case .write:
            guard let replaced = taps.visit(tensor, at: point, layer: layer) else { return tensor }
            precondition(
                replaced.shape == tensor.shape,
                "\(point.name(layer: layer)): \(tensor.shape) replaced by \(replaced.shape)")
            return replaced.cast(to: tensor.dtype)
        }
    }

    func interest(in point: TapPoint) -> TapInterest { taps?.interest(in: point, layer: layer) ?? .none }
}

/// Hands each use of dropout in a step a stream of its own, so that masks depend on the seed, the step and the place
/// alone.
public final class DropoutSource {
    private let probability: Float
    private let seed: UInt64
    private var next: UInt64

    /// - Parameter step: counts micro-batches; a resumed run counts on.
    public init(probability: Float, seed: UInt64, step: Int) {
        self.probability = probability
        self.seed = seed
        next = UInt64(step) << 16
    }

    public func callAsFunction() -> Dropout? {
        guard probability > 0 else { return nil }
        defer { next += 1 }
        return Dropout(probability: probability, seed: seed, stream: next)
    }
}
