import OrreryTensor

/// A watcher that keeps the tensors of chosen points.
public final class Recorder: Taps {
    private let wanted: (TapSite) -> Bool
    /// The tensors by the name of their point, e.g. `blocks.3.hook_resid_post`. Where a point is visited several times,
    /// the newest tensor is kept.
    public private(set) var tensors: [String: Tensor] = [:]

    /// A recorder of the points for which `wanted` is true.
    public init(_ wanted: @escaping (TapSite) -> Bool) { self.wanted = wanted }

    /// A recorder of the points with these names.
    ///
    /// - Parameters:
    ///   - names: the names of the points; `*` stands for a layer, as in `blocks.*.hook_resid_post`.
    ///   - points: the model's points, `model.tapPoints`.
    /// - Throws: `TapError` if a name fits none of them.
    public convenience init(_ names: [String], of points: TapPoints) throws {
        let sites = Set(try names.flatMap(points.sites(named:)))
        self.init { sites.contains($0) }
    }

    /// The interest in a point: it is read if it was chosen.
    public func interest(in site: TapSite) -> TapInterest { wanted(site) ? .read : .none }

    /// Keeps the tensor of a point.
    public func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        tensors[site.name] = tensor.detached
        return nil
    }

    /// The tensor of a point; nil if it has not been visited. For a point outside of the layers, `layer` does not
    /// matter.
    public subscript(_ point: TapPoint, layer: Int = 0, in stack: TapStack = .decoderOnly) -> Tensor? {
        tensors[TapSite(point, layer: layer, in: stack).name]
    }
}
