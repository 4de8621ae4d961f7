import OrreryTerminal

/// The losses of a run, and their running mean.
package struct LossHistory {
    package private(set) var losses: [LossPoint] = []
    package private(set) var means: [LossPoint] = []
    var validations: [LossPoint] = []

    package init() {}

    package var mean: Double? { means.last?.loss }

    /// Adds a step's loss to the mean: each moves it by a twentieth, the first ones by more. A mean that took the first losses for twenty steps
    /// would lie far above the points of a short run.
    package mutating func append(step: Int, loss: Double) {
        losses.append(LossPoint(step: step, loss: loss))
        guard loss.isFinite else { return }
        let share = max(0.05, min(1, 4 / Double(means.count + 4)))
        means.append(LossPoint(step: step, loss: mean.map { $0 + share * (loss - $0) } ?? loss))
    }

    var chart: LossChart { LossChart(train: losses, smoothed: means, validation: validations) }
}
