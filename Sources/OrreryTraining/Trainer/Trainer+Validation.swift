import OrreryModels
import OrreryNN
import OrreryTensor

extension Trainer {
    /// Mean loss in nats on the validation part; nil if there is none.
    package func validate() -> Double? { validate { _ in } }

    /// Mean loss in nats on the validation part; nil if there is none.
    /// - Parameter progress: receives the share done; what it throws ends the validation.
    package func validate(progress: (Double) throws -> Void) rethrows -> Double? {
        guard !dataset.validation.windows(contextLength: plan.context).isEmpty else { return nil }
        switch plan.validation {
        case .whole, .sample:
            let all = dataset.validation.windows(contextLength: plan.context), count = validationWindows.looked
            return try meanLoss((0 ..< count).map { all[$0 * all.count / count] }, progress: progress)
        case .random:
            let batches = 200
            let losses: [Double] = try (0 ..< batches).map { i in
                try progress(Double(i) / Double(batches))
                let batch = dataset.validation.randomBatch(
                    sequences: plan.batch, contextLength: plan.context, seed: plan.seed ^ 0x7661_6c69_6461_7465,
                    stream: UInt64(i))
                return (0 ..< plan.microBatches).reduce(0) { $0 + loss(batch[microBatch($1)]).mean }
                    / Double(plan.microBatches)
            }
            return losses.reduce(0, +) / Double(batches)
        }
    }

    /// The windows of the validation split that each validation looks at, and all that there are; 200 batches at random
    /// are counted as they are.
    package var validationWindows: (looked: Int, all: Int) {
        let all = dataset.validation.windows(contextLength: plan.context).count
        switch plan.validation {
        case .whole: return (all, all)
        case .sample: return (min(plan.validationWindows ?? plan.sampledWindows(of: all), all), all)
        case .random: return (200 * plan.batch, all)
        }
    }

    /// Runs some windows for the sake of their time.
    func timeValidation(windows: Int) {
        let some = dataset.validation.windows(contextLength: plan.context).prefix(windows)
        _ = some.isEmpty ? 0 : meanLoss(Array(some), progress: { _ in })
    }

    private func meanLoss(_ windows: [Range<Int>], progress: (Double) throws -> Void) rethrows -> Double {
        // as many windows at once as keep the processor busy without leaving its caches
        let atOnce = max(1, 2048 / plan.context)
        var (sum, weights) = (0.0, 0.0)
        for first in stride(from: 0, to: windows.count, by: atOnce) {
            let chunk = Array(windows[first ..< min(first + atOnce, windows.count)])
            let value = loss(dataset.validation.batch(chunk))
            // Windows of one text have equally many targets each.
            let weight = dataset.validation.documents == nil ? Double(chunk.count) : value.weight
            sum += value.mean * weight
            weights += weight
            try progress(Double(first + chunk.count) / Double(windows.count))
        }
        return sum / max(weights, 1)
    }

    private func loss(_ batch: TokenBatch) -> ObjectiveValue { objective(batch, model, inferenceContext) }
}
