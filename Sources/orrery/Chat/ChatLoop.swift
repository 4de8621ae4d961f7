import OrreryGeneration
import OrreryTerminal

/// Reads a line, answers it, and so on; lines that begin with a slash are for the program.
struct ChatLoop {
    private let session: ChatSession
    private let out = Terminal.standardOutput
    private let notes = Terminal.standardError

    private static let help = """
        /reset         forget the conversation
        /system TEXT   forget it, and tell the model this before the next
        /tokens        how much of the context is used
        /quit          end; so does Ctrl-D
        """

    init(_ session: ChatSession) { self.session = session }

    func run() throws {
        let reader = LineReader(), interrupt = InterruptFlag(grace: .infinity)
        defer { interrupt.release() }
        if Terminal.isInputTerminal { note("Ctrl-C ends an answer, /quit or Ctrl-D the program; /help lists the rest.") }
        while true {
            switch reader.read(prompt: out.appearance.paint("> ", .bold), interrupt: interrupt) {
            case .endOfInput: return
            case .interrupted:
                interrupt.reset()
                if !Terminal.isInputTerminal { throw Interrupted() }
                note("/quit or Ctrl-D ends the program.")
            case .text(let line):
                if line.allSatisfy(\.isWhitespace) { continue }
                if line.hasPrefix("/") {
                    if try obey(line) { return }
                } else {
                    try answer(line, interrupt)
                }
            }
        }
    }

    private func answer(_ line: String, _ interrupt: InterruptFlag) throws {
        do {
            let answer = try session.answer(line, interrupt: interrupt) { text in
                try out.write(out.isTerminal ? safeForTerminal(text, out.appearance) : text)
            }
            if !answer.text.hasSuffix("\n") { try out.writeLine() }
            if interrupt.isRaised { note("interrupted; what was said so far stays in the conversation") }
            if answer.generation.finishReason == .length { note("the answer was cut at --max-tokens or the end of the context") }
        } catch let error as OutputError {
            throw error
        } catch {
            note("\(error)")
        }
        interrupt.reset()
    }

    /// - Returns: whether the program ends.
    private func obey(_ line: String) throws -> Bool {
        let words = line.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? String(words[1]) : nil
        switch words[0] {
        case "/quit", "/exit": return true
        case "/help": note(Self.help)
        case "/reset": session.reset(system: session.system)
        case "/system": session.reset(system: rest)
        case "/tokens":
            do {
                let (used, context) = try session.tokenCounts()
                note("\(used) of \(context) tokens, \(session.cachedTokens) with keys and values")
            } catch {
                note("\(error)")
            }
        default: note("\(words[0]) is not known; \(Self.help.split(separator: "\n").map { $0.prefix { $0 != " " } }.joined(separator: ", "))")
        }
        return false
    }

    private func note(_ text: String) { notes.showLine(notes.appearance.paint(text, .dim)) }
}
