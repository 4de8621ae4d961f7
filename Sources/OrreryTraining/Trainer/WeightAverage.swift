import Foundation
import Kernels
import OrreryTensor

/// The mean of the weights over the last steps (arXiv:1803.05407), kept next to the weights until it is asked for.
final class WeightAverage {
    let sum: Storage
    var count = 0

    init(elements: Int) { sum = Storage(byteCount: elements * 4, zeroed: true) }
}

extension Trainer {
    private var averageStart: Int { plan.steps - Int(Double(plan.steps) * plan.averageFraction) }

    func averageWeights() {
        guard plan.averageFraction > 0, step > averageStart else { return }
        let average = self.average ?? WeightAverage(elements: arena.count)
        average.count += 1
        // mean += (w - mean) / n
        let n = Float(average.count)
        Processor.current.axpby(
            1 / n, arena.valuePointer, 1 - 1 / n, average.sum.pointer.assumingMemoryBound(to: Float.self),
            count: arena.count)
        self.average = average
    }

    /// Changes the plan's end; an average that would begin later begins anew.
    func extend(_ change: (inout TrainingPlan) -> Void) throws -> (before: Double, after: Double) {
        let before = Schedule(plan).factor(max(0, step - 1))
        var changed = plan
        changed.decayFrom = nil
        change(&changed)
        try changed.validate()
        plan = changed
        if step <= averageStart { average = nil }
        return (before, Schedule(plan).factor(step))
    }

    /// Calls `body` with the averaged weights in place of the last ones, if there is an average.
    package func withAveragedWeights<R>(_ body: () throws -> R) rethrows -> R {
        guard let average, average.count > 0 else { return try body() }
        let kept = Storage(byteCount: arena.count * 4)
        memcpy(kept.pointer, arena.valuePointer, arena.count * 4)
        arena.assign(average.sum)
        defer { arena.assign(kept) }
        return try body()
    }
}
