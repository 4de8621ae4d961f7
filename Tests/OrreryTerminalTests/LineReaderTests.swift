import OrreryTerminal
import Synchronization
import Testing

struct LineReaderTests {
    private let recorder = Recorder()

    private func reader(_ lines: [String], isInputTerminal: Bool, isOutputTerminal: Bool) -> LineReader {
        let rest = Rest(lines)
        return LineReader(
            prompting: recorder.terminal(isTerminal: isOutputTerminal), isInputTerminal: isInputTerminal
        ) { rest.next() }
    }

    @Test func promptsAPerson() {
        let reader = reader(["hello", ""], isInputTerminal: true, isOutputTerminal: true)
        #expect(reader.read(prompt: "> ") == .text("hello"))
        #expect(reader.read(prompt: "> ") == .text(""))
        #expect(recorder.take() == "> > ")
        #expect(reader.read(prompt: "> ") == .endOfInput)
        #expect(recorder.take() == "> \n")
    }

    @Test(arguments: [(true, false), (false, true), (false, false)])
    func promptsNobodyElse(input: Bool, output: Bool) {
        let reader = reader(["hello"], isInputTerminal: input, isOutputTerminal: output)
        #expect(reader.read(prompt: "> ") == .text("hello"))
        #expect(reader.read(prompt: "> ") == .endOfInput)
        #expect(recorder.take() == "")
    }
}

private final class Rest: Sendable {
    private let lines: Mutex<ArraySlice<String>>
    init(_ lines: [String]) { self.lines = Mutex(lines[...]) }
    func next() -> String? { lines.withLock { $0.popFirst() } }
}
