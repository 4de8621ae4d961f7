import OrreryTensor

/// What someone who watches wants from a point.
public enum TapInterest: Sendable {
    case none
    case read
    /// The tensor will be replaced: the point is computed on its own, without fusion.
    case write
}

/// Watches a forward pass. Without one, a point costs a nil check.
///
/// `Recorder` keeps tensors and `Hooks` calls closures, both by name; a type of one's own may do either.
public protocol Taps: AnyObject {
    func interest(in site: TapSite) -> TapInterest
    /// Sees the tensor of a point in which it is interested; a writer returns what the pass continues with, nil leaves
    /// it.
    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor?
}
