import OrreryCommand
import OrreryTerminal
import Testing

/// The mean line of the chart.
@Suite struct LossHistoryTests {
    /// A mean of few losses lies among the last of them, not at the first.
    @Test func shortRun() {
        var history = LossHistory()
        for step in 1 ... 20 { history.append(step: step, loss: 3 - 0.05 * Double(step)) }
        let mean = history.mean!
        #expect(mean > 2 && mean < 2.3, "\(mean)")
        #expect(history.means.count == 20 && history.means[0].loss == history.losses[0].loss)
    }

    /// The legend of the chart says the mean that the status line says.
    @Test func oneMean() {
        var history = LossHistory()
        for step in 1 ... 30 { history.append(step: step, loss: 4 / Double(step) + (step % 3 == 0 ? 0.5 : 0)) }
        #expect(
            history.chart.render(width: 100, appearance: Appearance(colors: .none, isUnicode: false)).contains(
                "mean \(Human.loss(history.mean!))"))
    }

    /// In a long run each loss moves the mean by a twentieth, and one that is not a number by nothing.
    @Test func longRun() {
        var history = LossHistory()
        for step in 1 ... 500 { history.append(step: step, loss: 2) }
        history.append(step: 501, loss: 3)
        #expect(abs(history.mean! - 2.05) < 1e-9)
        history.append(step: 502, loss: .nan)
        #expect(abs(history.mean! - 2.05) < 1e-9 && history.losses.count == 502)
    }

    /// The line of the chart lies among its points, however steeply they fall, from the first to the last.
    @Test(arguments: [1, 2, 3, 60, 700]) func lineOfTheChart(_ steps: Int) {
        var history = LossHistory()
        for step in 1 ... steps {
            history.append(step: step, loss: 6 - 5 * Double(step) / Double(steps) + (step % 2 == 0 ? 0.2 : -0.2))
        }
        history.append(step: steps + 1, loss: .infinity)
        let fit = history.fit
        #expect(fit.count == steps)
        for point in fit {
            let line = 6 - 5 * Double(point.step) / Double(steps)
            #expect(abs(point.loss - line) <= 0.25, "step \(point.step): \(point.loss), not \(line)")
        }
    }
}
