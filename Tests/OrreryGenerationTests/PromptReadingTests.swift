import OrreryCommand
import OrreryTerminal
import Synchronization
import Testing

/// A prompt that takes long says how far it is; what is asked to stop stops before the next piece.
@Suite struct PromptReadingTests {
    /// Reads 10 pieces of 100 tokens under a clock that a piece moves on.
    private func read(
        secondsPerPiece: Double, isTerminal: Bool, stoppingAfter last: Int = .max
    ) -> (lines: [String], pieces: Int) {
        let written = Mutex(""), clock = Mutex(0.0)
        let terminal = Terminal(isTerminal: isTerminal, appearance: .ascii, width: { 80 }) { text in
            written.withLock { $0 += text }
        }
        var pieces = 0
        func advance() -> Bool {
            pieces += 1
            clock.withLock { $0 += secondsPerPiece }
            return pieces < 10
        }
        PromptReading.run(
            1000, on: terminal, isStopped: { pieces >= last }, advance: advance, done: { pieces * 100 },
            now: { clock.withLock { $0 } })
        return (written.withLock { $0 }.split(separator: "\n").map(String.init), pieces)
    }

    @Test func inALog() {
        #expect(read(secondsPerPiece: 0.9, isTerminal: false).lines == [])
        let lines = read(secondsPerPiece: 6, isTerminal: false).lines
        #expect(lines.first == "Reading the prompt  200/1,000 tokens  20%  12 s  48 s left")
        #expect(lines.count == 4, "a line in ten seconds: \(lines)")
    }

    @Test func onATerminal() {
        #expect(read(secondsPerPiece: 0.05, isTerminal: true).lines == [])
        #expect(read(secondsPerPiece: 0.5, isTerminal: true).lines.joined().contains("Reading the prompt"))
    }

    @Test func stopped() { #expect(read(secondsPerPiece: 1, isTerminal: false, stoppingAfter: 3).pieces == 3) }
}
