import OrreryTensor

/// Closures at points of a forward pass, installed by name.
///
/// ```swift
/// let hooks = Hooks(model.tapPoints)
/// try hooks.read("blocks.*.hook_resid_post") { tensor, site in print(site, tensor.shape) }
/// try hooks.write("blocks.3.attn.hook_z") { z, _ in withoutHead(2, z) }
/// let logits = model.logits(batch, ForwardContext(taps: hooks))
/// ```
public final class Hooks: Taps {
    private struct Installed {
        var readers: [(Tensor, TapSite) -> Void] = []
        var writers: [(Tensor, TapSite) -> Tensor?] = []
    }

    private let points: TapPoints
    private var installed: [TapSite: Installed] = [:]

    /// Hooks of a model, none of which is installed yet.
    ///
    /// - Parameter points: the model's points, `model.tapPoints`.
    public init(_ points: TapPoints) { self.points = points }

    /// Installs a reader, which is called with the tensor and its place each time the pass comes to the point.
    ///
    /// - Parameters:
    ///   - name: the name of a point; `*` stands for a layer, as in `blocks.*.hook_resid_post`.
    ///   - body: the closure that is called.
    /// - Throws: `TapError` if the name fits no point of the model.
    public func read(_ name: String, _ body: @escaping (_ tensor: Tensor, _ site: TapSite) -> Void) throws {
        for site in try points.sites(named: name) { installed[site, default: Installed()].readers.append(body) }
    }

    /// Installs a writer, which returns the tensor with which the pass continues, of the same shape; nil leaves it
    /// unchanged. Writers of one point see each other's results in the order in which they were installed; readers see
    /// the last.
    ///
    /// - Parameters:
    ///   - name: the name of a point; `*` stands for a layer, as in `blocks.*.hook_resid_post`.
    ///   - body: the closure that is called.
    /// - Throws: `TapError` if the name fits no point of the model.
    public func write(_ name: String, _ body: @escaping (_ tensor: Tensor, _ site: TapSite) -> Tensor?) throws {
        for site in try points.sites(named: name) { installed[site, default: Installed()].writers.append(body) }
    }

    /// The interest of the installed hooks in a point.
    public func interest(in site: TapSite) -> TapInterest {
        guard let here = installed[site] else { return .none }
        return here.writers.isEmpty ? .read : .write
    }

    /// Calls the hooks of a point, and returns what the writers made of its tensor.
    public func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        guard let here = installed[site] else { return nil }
        var (x, isReplaced) = (tensor, false)
        for writer in here.writers {
            guard let replaced = writer(x, site) else { continue }
            (x, isReplaced) = (replaced, true)
        }
        for reader in here.readers { reader(x, site) }
        return isReplaced ? x : nil
    }
}
