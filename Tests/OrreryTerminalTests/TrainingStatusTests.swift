import OrreryTerminal
import Testing

struct TrainingStatusTests {
    private let full = TrainingStatus(
        step: 420, totalSteps: 1000, loss: 2.3456, smoothedLoss: 2.4012, validationLoss: 2.512, learningRate: 3e-4,
        gradientNorm: 0.87, tokensPerSecond: 45_600, shareOfPeak: 0.613, elapsedSeconds: 125, secondsLeft: 172)

    /// The step is as wide as it will be at the end, so that what follows stays in its place.
    @Test(arguments: [
        (
            160,
            "▕███████████▍               ▏  42%    420/1,000  loss 2.346  mean 2.401  val 2.512  lr 3.00e-4  grad 0.8700  45.6k tokens/s  61% of peak  2 m 5 s  2 m 52 s left"
        ),
        (
            120,
            "▕█████       ▏  42%    420/1,000  loss 2.346  mean 2.401  val 2.512  45.6k tokens/s  61% of peak  2 m 5 s  2 m 52 s left"
        ),
        (100, "▕█████▌       ▏  42%    420/1,000  loss 2.346  val 2.512  45.6k tokens/s  61% of peak  2 m 52 s left"),
        (80, "▕██▌   ▏  42%    420/1,000  loss 2.346  val 2.512  45.6k tokens/s  2 m 52 s left"),
        (72, " 42%    420/1,000  loss 2.346  val 2.512  45.6k tokens/s  2 m 52 s left"),
        (60, "  420/1,000  loss 2.346  val 2.512  2 m 52 s left"),
        (40, "  420/1,000  loss 2.346  2 m 52 s left"),
        (30, "  420/1,000  loss 2.346"),
        (10, "420/1,000"),
        (5, "420/…"),
        (1, "…"),
        (0, ""),
    ])
    func oneLine(width: Int, line: String) {
        #expect(full.lines(width: width, appearance: .plain) == [line])
    }

    @Test func ascii() {
        #expect(
            full.lines(width: 80, appearance: .ascii) == [
                "[###   ]  42%    420/1,000  loss 2.346  val 2.512  45.6k tokens/s  2 m 52 s left"
            ])
        #expect(full.lines(width: 5, appearance: .ascii) == ["420/~"])
    }

    @Test func colored() {
        let status = TrainingStatus(step: 1, totalSteps: 2, loss: 1, validationLoss: 2)
        #expect(
            status.lines(width: 48, appearance: Appearance(colors: .ansi16, isUnicode: false)) == [
                "\u{1B}[2m[\u{1B}[0m\u{1B}[36m#######\u{1B}[0m      \u{1B}[2m]\u{1B}[0m  50%  1/2"
                    + "  \u{1B}[36mloss 1.000\u{1B}[0m  \u{1B}[35mval 2.000\u{1B}[0m"
            ])
    }

    @Test func twoLines() {
        var status = full
        status.numLines = 2
        #expect(
            status.lines(width: 90, appearance: .plain) == [
                "▕████████████▋                 ▏  42%    420/1,000  2 m 5 s  2 m 52 s left",
                "loss 2.346  mean 2.401  val 2.512  lr 3.00e-4  grad 0.8700  45.6k tokens/s  61% of peak",
            ])
        #expect(status.lines(width: 0, appearance: .plain) == ["", ""])
    }

    @Test func logLine() {
        #expect(
            full.logLine(width: 200, appearance: .plain)
                == "step 420/1,000  loss 2.346  mean 2.401  val 2.512  lr 3.00e-4  grad 0.8700"
                + "  45.6k tokens/s  61% of peak  2 m 5 s  2 m 52 s left")
        #expect(TrainingStatus(step: 3).logLine(width: 80, appearance: .plain) == "step 3")
    }

    /// In a log of 80 columns the figures that matter least are left out.
    @Test func logLineFits() {
        #expect(
            full.logLine(width: 80, appearance: .plain)
                == "step 420/1,000  loss 2.346  val 2.512  45.6k tokens/s  2 m 52 s left")
        for width in 1 ... 160 {
            #expect(TextLayout.width(of: full.logLine(width: width, appearance: .plain)) <= width)
        }
    }

    @Test func estimatedTotal() {
        var status = TrainingStatus(step: 9, totalSteps: 1200)
        status.isTotalEstimated = true
        #expect(status.logLine(width: 80, appearance: .plain) == "step 9/~1,200")
    }

    /// A step that takes long is told instead of the last one's figures.
    @Test func stepThatTakesLong() {
        var status = full
        (status.numLines, status.activity) = (2, "computing step 421, part 2 of 4, 12 s")
        #expect(
            status.lines(width: 110, appearance: .ascii)[0].contains(
                "420/1,000  computing step 421, part 2 of 4, 12 s  2 m 5 s"))
        #expect(status.lines(width: 110, appearance: .ascii)[1].hasPrefix("loss 2.346"))
        #expect(
            status.logLine(width: 80, appearance: .plain)
                == "step 420/1,000  computing step 421, part 2 of 4, 12 s  2 m 5 s  2 m 52 s left")
    }

    /// What the first parts of a work take says little about the rest.
    @Test func noEarlyEstimate() {
        func line(_ done: Double) -> String {
            TaskStatus("Writing", completed: done, total: 100, unit: "bytes", elapsedSeconds: 5).logLine(
                width: 80, appearance: .plain)
        }
        #expect(line(1) == "Writing  1 B of 100 B  1%  5 s")
        #expect(line(10) == "Writing  10 B of 100 B  10%  5 s  45 s left")
    }

    @Test func withoutTotal() {
        #expect(TrainingStatus(step: 12, loss: 3).lines(width: 80, appearance: .plain) == ["12  loss 3.000"])
        #expect(TrainingStatus(step: 12, totalSteps: 0).lines(width: 80, appearance: .plain) == ["12/0"])
    }

    @Test func beyondTheEnd() {
        #expect(
            TrainingStatus(step: 9, totalSteps: 3).lines(width: 30, appearance: .ascii) == [
                "[##################] 100%  9/3"
            ])
    }

    @Test func notFinite() {
        let status = TrainingStatus(
            step: 1, loss: .nan, smoothedLoss: .infinity, learningRate: .nan, tokensPerSecond: .infinity,
            shareOfPeak: .nan,
            elapsedSeconds: .infinity, secondsLeft: .nan)
        #expect(
            status.lines(width: 100, appearance: .plain) == [
                "1  loss nan  mean inf  lr nan  inf tokens/s  nan% of peak  ?  ? left"
            ])
    }

    @Test func task() {
        let status = TaskStatus(
            "Tokenizing book.txt", completed: 3.4e8, total: 1.2e9, unit: "bytes", elapsedSeconds: 12)
        #expect(
            status.lines(width: 71, appearance: .plain) == [
                "▕██▎     ▏  Tokenizing book.txt  340 MB of 1.2 GB  28%  12 s  30 s left"
            ])
        #expect(status.lines(width: 40, appearance: .plain) == ["Tokenizing book.txt  28%"])
        #expect(status.lines(width: 12, appearance: .plain) == ["Tokenizing …"])
        #expect(
            status.logLine(width: 80, appearance: .plain)
                == "Tokenizing book.txt  340 MB of 1.2 GB  28%  12 s  30 s left")
        #expect(
            TaskStatus("Merging", completed: 45_600, unit: "tokens").lines(width: 60, appearance: .plain) == [
                "Merging  45,600 tokens"
            ])
        #expect(
            TaskStatus("a\u{1B}b", completed: .nan, total: .nan, unit: "bytes").lines(width: 60, appearance: .plain)
                == ["a\\x1Bb  nan B of nan B"])
    }
}
