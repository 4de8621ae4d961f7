import Kernels
import OrreryTensor

/// What differs between training, inference and looking inside: everything a forward pass takes beside its input.
public struct ForwardContext {
    /// The type to which operands of products are rounded; the residual stream and all sums are float32.
    public var computeType: ElementType
    /// Keys and values of earlier positions; nil while training.
    public var cache: KeyValueStore?
    public var taps: (any Taps)?
    /// nil outside of training.
    public var dropout: DropoutSource?
    /// Compute logits for the last position alone.
    public var lastOnly = false
    /// The length of the whole sequence where it is known before its end: rotary scalings that go by it (dynamic, longrope) then turn every
    /// piece alike. nil: what has come so far.
    public var sequenceLength: Int?

    public init(
        computeType: ElementType = .float32, cache: KeyValueStore? = nil, taps: (any Taps)? = nil, dropout: DropoutSource? = nil, lastOnly: Bool = false,
        sequenceLength: Int? = nil
    ) {
        (self.computeType, self.cache, self.taps, self.dropout, self.lastOnly) = (computeType, cache, taps, dropout, lastOnly)
        self.sequenceLength = sequenceLength
    }

    /// The absolute position of the first new token.
    public var firstPosition: Int { cache?.count ?? 0 }

    /// Offers `tensor` to whoever watches.
    @inline(__always)
    package func tap(_ point: TapPoint, _ layer: Int = 0, _ tensor: Tensor) -> Tensor {
        guard let taps else { return tensor }
        switch taps.interest(in: point, layer: layer) {
        case .none: return tensor
        case .read:
            _ = taps.visit(tensor, at: point, layer: layer)
            return tensor
        case .write:
            guard let replaced = taps.visit(tensor, at: point, layer: layer) else { return tensor }
            precondition(replaced.shape == tensor.shape, "\(point.name(layer: layer)): \(tensor.shape) replaced by \(replaced.shape)")
            return replaced.cast(to: tensor.dtype)
        }
    }

    func interest(in point: TapPoint, _ layer: Int) -> TapInterest { taps?.interest(in: point, layer: layer) ?? .none }
}

/// Hands each use of dropout in a step a stream of its own, so that masks depend on the seed, the step and the place alone.
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
