import OrreryTensor

/// What someone who watches wants from a point.
public enum TapInterest: Sendable {
    case none
    case read
    /// The tensor will be replaced: the point is computed on its own, without fusion.
    case write
}

/// Watches a forward pass. Without one, a point costs a nil check.
public protocol Taps: AnyObject {
    func interest(in point: TapPoint, layer: Int) -> TapInterest
    /// Sees the tensor of a point in which it is interested; a writer returns what the pass goes on with, nil leaves
    /// it.
    func visit(_ tensor: Tensor, at point: TapPoint, layer: Int) -> Tensor?
}

/// Keeps the tensors of chosen points.
public final class Recorder: Taps {
    private let wanted: (TapPoint, Int) -> Bool
    /// By name, e.g. `blocks.3.hook_resid_post`.
    public private(set) var tensors: [String: Tensor] = [:]

    public init(_ wanted: @escaping (TapPoint, Int) -> Bool) { self.wanted = wanted }

    public func interest(in point: TapPoint, layer: Int) -> TapInterest { wanted(point, layer) ? .read : .none }

    public func visit(_ tensor: Tensor, at point: TapPoint, layer: Int) -> Tensor? {
        tensors[point.name(layer: layer)] = tensor.detached
        return nil
    }

    public subscript(_ point: TapPoint, layer: Int = 0) -> Tensor? { tensors[point.name(layer: layer)] }
}
