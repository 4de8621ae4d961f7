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

    /// - Parameter points: the model's, `model.tapPoints`.
    public init(_ points: TapPoints) { self.points = points }

    /// Installs a reader.
    ///
    /// - Parameter name: of a point; `*` stands for a layer, as in `blocks.*.hook_resid_post`.
    /// - Throws: `TapError` for a name that fits no point of the model.
    public func read(_ name: String, _ body: @escaping (_ tensor: Tensor, _ site: TapSite) -> Void) throws {
        for site in try points.sites(named: name) { installed[site, default: Installed()].readers.append(body) }
    }

    /// Installs a writer, which returns what the pass continues with, of the same shape; nil leaves the tensor. Writers of
    /// one point see each other's results in the order in which they were installed, readers the last.
    ///
    /// - Throws: `TapError` for a name that fits no point of the model.
    public func write(_ name: String, _ body: @escaping (_ tensor: Tensor, _ site: TapSite) -> Tensor?) throws {
        for site in try points.sites(named: name) { installed[site, default: Installed()].writers.append(body) }
    }

    public func interest(in site: TapSite) -> TapInterest {
        guard let here = installed[site] else { return .none }
        return here.writers.isEmpty ? .read : .write
    }

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
