import OrreryTensor

/// Keeps the tensors of chosen points.
public final class Recorder: Taps {
    private let wanted: (TapSite) -> Bool
    /// By name, e.g. `blocks.3.hook_resid_post`; of a point that is visited several times, the newest.
    public private(set) var tensors: [String: Tensor] = [:]

    public init(_ wanted: @escaping (TapSite) -> Bool) { self.wanted = wanted }

    /// - Parameters:
    ///   - names: of points; `*` stands for a layer, as in `blocks.*.hook_resid_post`.
    ///   - points: the model's, `model.tapPoints`.
    /// - Throws: `TapError` for a name that fits none of them.
    public convenience init(_ names: [String], of points: TapPoints) throws {
        let sites = Set(try names.flatMap(points.sites(named:)))
        self.init { sites.contains($0) }
    }

    public func interest(in site: TapSite) -> TapInterest { wanted(site) ? .read : .none }

    public func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        tensors[site.name] = tensor.detached
        return nil
    }

    public subscript(_ point: TapPoint, layer: Int = 0, in stack: TapStack = .decoderOnly) -> Tensor? {
        tensors[TapSite(point, layer: layer, in: stack).name]
    }
}
