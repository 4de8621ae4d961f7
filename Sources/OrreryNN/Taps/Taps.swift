import OrreryTensor

/// The interest of a watcher in a point.
public enum TapInterest: Sendable {
    /// The point is skipped.
    case none
    /// The tensor will be seen.
    case read
    /// The tensor will be replaced: the point is computed on its own, without fusion.
    case write
}

/// A watcher of a forward pass. Without one, a point costs a nil check.
///
/// `Recorder` keeps tensors and `Hooks` calls closures, both by name; a type of your own may do either.
public protocol Taps: AnyObject {
    /// The interest in a point, which is asked before its tensor is made.
    func interest(in site: TapSite) -> TapInterest
    /// Sees the tensor of a point in which it is interested. A writer returns the tensor with which the pass continues;
    /// nil leaves it unchanged.
    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor?
}
