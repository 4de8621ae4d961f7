import OrreryTerminal
import Testing

struct ProgressLineTests {
    private let recorder = Recorder()

    private func line(isTerminal: Bool, logInterval: Double = 10) -> ProgressLine {
        ProgressLine(recorder.terminal(isTerminal: isTerminal), logInterval: logInterval) { [recorder] in
            recorder.seconds
        }
    }

    private func status(_ step: Int, numLines: Int = 1) -> TrainingStatus {
        TrainingStatus(step: step, loss: 2, numLines: numLines)
    }

    @Test func redrawsInPlaceTenTimesASecond() {
        let progress = line(isTerminal: true)
        progress.update(status(1))
        #expect(recorder.take() == "^[?25l1  loss 2.000^[K")
        recorder.seconds = 0.05
        progress.update(status(2))
        #expect(recorder.take() == "")
        recorder.seconds = 0.11
        progress.update(status(3))
        #expect(recorder.take() == "\r3  loss 2.000^[K")
        progress.update(status(4))
        progress.finish()
        #expect(recorder.take() == "\r4  loss 2.000^[K\n^[?25h")
        progress.update(status(5))
        progress.finish()
        #expect(recorder.take() == "")
    }

    @Test func twoLines() {
        let progress = line(isTerminal: true)
        progress.update(status(1, numLines: 2))
        #expect(recorder.take() == "^[?25l1^[K\nloss 2.000^[K")
        recorder.seconds = 1
        progress.update(status(2, numLines: 2))
        #expect(recorder.take() == "\r^[1A2^[K\nloss 2.000^[K")
        recorder.seconds = 2
        progress.update(status(3))
        #expect(recorder.take() == "\r^[1A3  loss 2.000^[K^[J")
        progress.finish(keepingLastLine: false)
        #expect(recorder.take() == "\r^[J^[?25h")
    }

    @Test func printsAbove() {
        let progress = line(isTerminal: true)
        progress.print("before")
        #expect(recorder.take() == "before\n")
        progress.update(status(1, numLines: 2))
        _ = recorder.take()
        progress.print("saved")
        #expect(recorder.take() == "\r^[1A^[Jsaved\n1^[K\nloss 2.000^[K")
        progress.finish()
        _ = recorder.take()
        progress.print("after")
        #expect(recorder.take() == "after\n")
    }

    @Test func pauses() throws {
        let progress = line(isTerminal: true)
        progress.update(status(1))
        _ = recorder.take()
        let value = progress.paused {
            #expect(recorder.take() == "\r^[J^[?25h")
            recorder.seconds = 5
            progress.update(status(2))
            progress.print("inside")
            #expect(recorder.take() == "inside\n")
            return 7
        }
        #expect(value == 7)
        #expect(recorder.take() == "^[?25l2  loss 2.000^[K")
        struct Failure: Error {}
        #expect(throws: Failure.self) { try progress.paused { throw Failure() } }
        #expect(recorder.take() == "\r^[J^[?25h^[?25l2  loss 2.000^[K")
    }

    @Test func followsTheWidth() {
        let progress = line(isTerminal: true)
        recorder.width = 9
        progress.update(status(1))
        #expect(recorder.take() == "^[?25l1^[K")
        recorder.width = 1
        recorder.seconds = 1
        progress.update(status(1))
        #expect(recorder.take() == "\r^[K")
    }

    @Test func endsWithItsOwner() {
        do {
            let progress = line(isTerminal: true)
            progress.update(status(1))
        }
        #expect(recorder.take().hasSuffix("\n^[?25h"))
    }

    @Test func plainLinesElsewhere() {
        let progress = line(isTerminal: false)
        progress.update(status(1))
        #expect(recorder.take() == "step 1  loss 2.000\n")
        recorder.seconds = 9
        progress.update(status(2))
        progress.print("saved")
        #expect(recorder.take() == "saved\n")
        progress.update(status(3), log: true)
        #expect(recorder.take() == "step 3  loss 2.000\n")
        recorder.seconds = 19.5
        progress.update(status(4))
        #expect(recorder.take() == "step 4  loss 2.000\n")
        progress.finish()
        #expect(recorder.take() == "")
    }

    @Test func lastPlainLine() {
        let progress = line(isTerminal: false, logInterval: .infinity)
        progress.update(status(1))
        progress.update(status(2))
        #expect(recorder.take() == "")
        progress.finish()
        #expect(recorder.take() == "step 2  loss 2.000\n")
    }

    @Test func nothingToShow() {
        line(isTerminal: true).finish()
        line(isTerminal: false).finish()
        #expect(recorder.take() == "")
    }
}
