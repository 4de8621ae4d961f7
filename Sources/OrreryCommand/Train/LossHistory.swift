import OrreryTerminal

/// The losses of a run, and their running mean.
package struct LossHistory {
    package private(set) var losses: [LossPoint] = []
    package private(set) var means: [LossPoint] = []
    var validations: [LossPoint] = []

    package init() {}

    package var mean: Double? { means.last?.loss }

    /// Adds a step's loss to the mean: each moves it by a twentieth, the first ones by more. A mean that took the first
    /// losses for twenty steps would lie far above the points of a short run.
    package mutating func append(step: Int, loss: Double) {
        losses.append(LossPoint(step: step, loss: loss))
        guard loss.isFinite else { return }
        let share = max(0.05, min(1, 4 / Double(means.count + 4)))
        means.append(LossPoint(step: step, loss: mean.map { $0 + share * (loss - $0) } ?? loss))
    }

    package var chart: LossChart {
        var chart = LossChart(train: losses, smoothed: fit, validation: validations)
        chart.mean = mean
        return chart
    }

    /// The line of the chart: at each step the straight line through the losses around it, a tenth of the run at most
    /// (local linear regression, Cleveland 1979, without weights). A mean that looks back lies above the points for as
    /// long as they fall.
    package var fit: [LossPoint] {
        let finite = losses.filter(\.loss.isFinite), reach = min(50, max(1, finite.count / 20))
        // Sums of the losses before each, and of loss times index.
        var sums = [0.0], moments = [0.0]
        for (index, point) in finite.enumerated() {
            sums.append(sums[index] + point.loss)
            moments.append(moments[index] + point.loss * Double(index))
        }
        return finite.indices.map { index in
            let low = max(0, index - reach), high = min(finite.count, index + reach + 1), count = Double(high - low)
            let sum = sums[high] - sums[low], center = Double(low + high - 1) / 2
            let spread = count * (count * count - 1) / 12
            let slope = spread > 0 ? (moments[high] - moments[low] - center * sum) / spread : 0
            return LossPoint(step: finite[index].step, loss: sum / count + slope * (Double(index) - center))
        }
    }
}
