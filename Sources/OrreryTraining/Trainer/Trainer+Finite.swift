import OrreryModels
import OrreryNN
import OrreryTensor

extension Trainer {
    /// The first tensor of the forward pass that holds a number that is not finite: weights first, then the points in
    /// their order.
    func firstBadTensor(_ batch: TokenBatch) -> String? {
        if let name = firstBadWeight() { return name }
        let watcher = FiniteWatcher()
        for micro in 0 ..< plan.microBatches {
            let batch = batch[microBatch(micro)]
            var context = inferenceContext
            context.taps = watcher
            _ = model.logits(Batch(batch.inputs, runs: batch.lengths.map { Batch.Run(count: $0) }), context)
            if let name = watcher.firstBad { return name }
        }
        return nil
    }

    func firstBadWeight() -> String? { arena.parameters.first { !isFinite($0.value) }?.name }

    /// What goes wrong backwards goes on to everything before it, so the last parameter with a fault is the first to
    /// have it.
    func firstBadGradient() -> String? {
        arena.parameters.last { p in p.gradient.map { !isFinite($0) } ?? false }.map { "the gradient of \($0.name)" }
    }
}

/// Sees every point of a forward pass and remembers the first with a NaN or an infinity.
private final class FiniteWatcher: Taps {
    private(set) var firstBad: String?

    func interest(in site: TapSite) -> TapInterest {
        switch site.point {
        // Made for taps alone, of what others of the points show too.
        case .scores, .pattern, .result, .attentionIn, .queryIn, .keyIn, .valueIn: .none
        default: firstBad == nil ? .read : .none
        }
    }

    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        if !isFinite(tensor) { firstBad = site.name }
        return nil
    }
}

private func isFinite(_ tensor: Tensor) -> Bool { tensor.floats.allSatisfy(\.isFinite) }
