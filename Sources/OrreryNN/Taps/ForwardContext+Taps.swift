import OrreryTensor

extension ForwardContext {
    /// Offers `tensor` to whoever watches.
    @inline(__always)
    package func tap(_ point: TapPoint, _ tensor: Tensor) -> Tensor {
        guard let taps else { return tensor }
        return offer(tensor, at: point, to: taps)
    }

    /// Offers x [N, H d] as [N, H, d].
    @inline(__always)
    package func tap(_ point: TapPoint, heads: Int, _ x: Tensor) -> Tensor {
        guard let taps else { return x }
        return offer(x, heads: heads, at: point, to: taps)
    }

    @inline(__always)
    package func interest(in point: TapPoint) -> TapInterest {
        guard let taps else { return .none }
        return taps.interest(in: site(point))
    }

    private func site(_ point: TapPoint) -> TapSite { TapSite(point, layer: layer, in: stack) }

    private func offer(_ x: Tensor, heads: Int, at point: TapPoint, to taps: any Taps) -> Tensor {
        if taps.interest(in: site(point)) == .none { return x }
        // The pass continues with the view of what was offered, so that gradients of it can be had.
        return offer(x.reshaped([x.rows, heads, x.width / heads]), at: point, to: taps).reshaped(x.shape)
    }

    private func offer(_ tensor: Tensor, at point: TapPoint, to taps: any Taps) -> Tensor {
        let site = site(point)
        switch taps.interest(in: site) {
        case .none: return tensor
        case .read:
            _ = taps.visit(tensor, at: site)
            return tensor
        case .write:
            guard let replaced = taps.visit(tensor, at: site) else { return tensor }
            precondition(replaced.shape == tensor.shape, "\(site): \(tensor.shape) replaced by \(replaced.shape)")
            return replaced.cast(to: tensor.dtype)
        }
    }

    /// For points whose replacement is worked into a fused result, which has no gradient.
    func requireNoTape(_ x: Tensor, at point: TapPoint) {
        precondition(x.trace?.tape == nil, "\(site(point)): replaced while a tape records, which has no gradient")
    }
}
