import Foundation
import OrreryTerminal
import Testing

struct LossChartTests {
    private let falling = stride(from: 0, through: 2000, by: 10).map {
        LossPoint(step: $0, loss: 1.4 + 2.9 * exp(-Double($0) / 180))
    }
    private let heldOut = stride(from: 0, through: 2000, by: 250).map {
        LossPoint(step: $0, loss: 1.55 + 2.7 * exp(-Double($0) / 180))
    }

    @Test func trainAndValidation() {
        let chart = LossChart(train: falling, validation: heldOut, numRows: 6)
        #expect(
            chart.render(width: 40, appearance: .plain) == """
                     ⠒⠢ train 1.400  ◆ validation 1.550
                   4┤◆
                    │⠘⡄
                    │ ⠸⡀
                    │  ⠙⣄
                   2┤   ⠈◆⣄
                    │      ⠉⠒◆⠤⠤⠤⣀◆⣀⣀⣀◆⣀⣀⣀◆⣀⣀⣀⣀◆⣀⣀⣀◆⣀⣀⣀◆
                    └┬────────────────┬────────────────┬
                step 0              1000            2000
                """)
    }

    @Test func logarithmicSteps() {
        let chart = LossChart(train: falling, validation: heldOut, numRows: 8, hasLogSteps: true)
        #expect(
            chart.render(width: 70, appearance: .plain) == """
                     ⠒⠢ train 1.400  ◆ validation 1.550
                   4┤◆⠉⠉⠉⠉⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⡀
                    │                          ⠈⠉⠑⠒⠢⠤⣀
                    │                                 ⠉⠒⠢⠤⣀
                    │                                      ⠉⠒⢄⡀
                    │                                         ⠈⠢⢄
                    │                                            ⠉⠒⢄◆
                   2┤                                               ⠉⠓⢤⣀
                    │                                                   ⠉◆⠲⠤⠤◆⣀◆⣀◆⣀◆◆◆
                    └┬──────────────────┬───────────────────┬──────────────────┬──────
                step 1                 10                  100               1000
                """)
    }

    @Test func asciiWithPointsAndMean() {
        let noisy = falling.map { LossPoint(step: $0.step, loss: $0.loss + ($0.step % 30 == 0 ? 0.3 : -0.1)) }
        let chart = LossChart(train: noisy, smoothed: falling, validation: heldOut, numRows: 8)
        #expect(
            chart.render(width: 52, appearance: .ascii) == """
                     . train 1.300  * mean 1.400  o validation 1.550
                    |.
                   4+o.
                    | *.
                    |  **
                    |   **.
                    |    **o...
                   2+      .*****o*...o.....o.....o.....o....o.....o
                    |           ..**********************************
                    ++----------------------+----------------------+
                step 0                    1000                  2000
                """)
    }

    @Test func colors() {
        let chart = LossChart(
            train: [LossPoint(step: 0, loss: 2), LossPoint(step: 1, loss: 1)],
            validation: [LossPoint(step: 1, loss: 1)], numRows: 3)
        let text = chart.render(width: 40, appearance: Appearance(colors: .ansi16, isUnicode: false))
        let lines = text.split(separator: "\n").map {
            $0.split(separator: "\u{1B}", omittingEmptySubsequences: false).joined(separator: "^")
        }
        #expect(lines[0] == "     ^[36m* train 1.000^[0m  ^[35mo validation 1.000^[0m")
        #expect(lines[1] == "^[2m 2.0+^[0m^[36m*********^[0m")
        #expect(lines[3] == "^[2m 1.0+^[0m                          ^[36m********^[0m^[35mo^[0m")
    }

    @Test func nothing() {
        #expect(LossChart(train: []).render(width: 50, appearance: .plain) == "no losses yet")
        #expect(LossChart(train: []).render(width: 8, appearance: .plain) == "no loss…")
        #expect(
            LossChart(train: [LossPoint(step: 1, loss: .nan)]).render(width: 50, appearance: .plain)
                == "no finite losses yet (1 not finite)")
    }

    @Test func onePoint() {
        #expect(
            LossChart(train: [LossPoint(step: 5, loss: 2.5)], numRows: 4).render(width: 40, appearance: .plain) == """
                     ⠒⠢ train 2.500
                 2.6┤
                    │                 •
                    │
                 2.4┤
                    └─────────────────┬─────────────────
                step                  5
                """)
    }

    @Test func constant() {
        let chart = LossChart(train: [LossPoint(step: 5, loss: 2.5), LossPoint(step: 10, loss: 2.5)], numRows: 4)
        #expect(
            chart.render(width: 40, appearance: .ascii) == """
                     * train 2.500
                 2.6+
                    |***********************************
                    |
                 2.4+
                    ++---------------------------------+
                step 5                                10
                """)
    }

    @Test func notFiniteIsCounted() {
        let losses = [Double.nan, 2.5, .infinity, 1].enumerated().map { LossPoint(step: $0 * 10, loss: $1) }
        #expect(
            LossChart(train: losses, numRows: 4).render(width: 50, appearance: .plain) == """
                     ⠒⠢ train 1.000  2 not finite
                    │⠉⠑⠒⠒⠢⠤⠤⢄⣀⣀⡀
                   2┤          ⠈⠉⠉⠑⠒⠒⠢⠤⠤⢄⣀⣀⡀
                    │                      ⠈⠉⠉⠑⠒⠒⠢⠤⠤⢄⣀⣀⡀
                   1┤                                  ⠈⠉⠉⠑⠒⠒⠢⠤⠤⢄⣀
                    └┬─────────────────────┬─────────────────────┬
                step 10                   20                    30
                """)
    }

    @Test func narrow() {
        let chart = LossChart(train: falling, validation: heldOut, numRows: 3)
        #expect(
            chart.render(width: 24, appearance: .plain) == """
                     ◆ validation 1.550
                   4┤◆
                    │⠈⢧⡀
                   2┤  ◆⠢◆⣄⣀◆⣀◆⣀◆⣀⣀◆⣀◆⣀◆
                    └┬────────┬────────┬
                step 0      1000    2000
                """)
        #expect(chart.render(width: 23, appearance: .plain) == "◆ validation 1.550")
        #expect(chart.render(width: 10, appearance: .plain) == "◆ validat…")
    }

    /// A hundred thousand steps with one spike: still there at any width.
    @Test(arguments: [40, 80, 200])
    func spikesSurvive(width: Int) {
        var losses = (0 ..< 100_000).map { LossPoint(step: $0, loss: 1) }
        losses[33_333].loss = 9
        let lines = LossChart(train: losses, numRows: 5).render(width: width, appearance: .ascii).split(separator: "\n")
        #expect(lines[1 ... 4].allSatisfy { $0.contains("*") })
    }
}
