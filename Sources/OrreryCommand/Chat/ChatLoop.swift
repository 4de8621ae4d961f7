import OrreryGeneration
import OrreryTerminal

/// Reads a text, answers it, and so on; what begins with a slash is for the program.
struct ChatLoop {
    private let session: ChatSession
    private let title: ModelTitle
    private let out = Terminal.standardOutput
    private let notes = Terminal.standardError

    init(_ session: ChatSession, title: ModelTitle) { (self.session, self.title) = (session, title) }

    func run() throws {
        let history = HistoryFile.default(),
            interrupt = InterruptFlag(
                grace: .infinity, notice: "stopping the answer; Ctrl-C again ends the program")
        defer { interrupt.release() }
        let reader = LineReader(
            history: InputHistory(history?.read() ?? []), completions: ChatCommand.allCases.map(\.word)
        ) { history?.append($0) }
        if Terminal.isInputTerminal { greet() }
        while true {
            switch reader.read(prompt: out.appearance.paint("> ", .bold), interrupt: interrupt) {
            case .endOfInput: return
            case .interrupted:
                if !Terminal.isInputTerminal || interrupt.asksToEnd { throw Interrupted() }
                interrupt.reset()
                note("/quit or Ctrl-D ends the program.")
            case .text(let text):
                if text.hasPrefix("/") {
                    if try obey(text) { return }
                } else if session.chat == nil || !text.allSatisfy(\.isWhitespace) {
                    try answer(text, interrupt)
                }
            }
        }
    }

    private func greet() {
        note("\(title)")
        if session.chat == nil {
            note("It has no chat template, so it continues each text that you type; an empty line continues further.")
        }
        note(
            "A backslash at the end, or Alt-Enter, begins a new line. Ctrl-C stops an answer, Ctrl-D or /quit ends; /help lists the commands."
        )
    }

    private func answer(_ text: String, _ interrupt: InterruptFlag) throws {
        do {
            var wrap = WordWrap()
            let turn = try LineReader.whileWorking {
                let turn = try session.ask(text)
                try TurnReading.run(turn, interrupt) { text in
                    try out.write(
                        out.canRedraw ? wrap.add(safeForTerminal(text, out.appearance), width: out.width) : text)
                }
                return turn
            }
            if turn.isTakenBack {
                note("stopped before the answer began; the message is taken back")
            } else {
                if !turn.text.hasSuffix("\n") { try out.writeLine() }
                if interrupt.isRaised { note("stopped; what was said so far stays in the conversation") }
                report(turn.generation)
            }
        } catch let error as OutputError {
            throw error
        } catch let error as ChatError where error.isContextFull {
            note("\(error): \(error.hasEarlierMessages ? Self.advice : "shorten it")")
        } catch {
            note("\(error)")
        }
        if interrupt.isRaised, interrupt.asksToEnd { throw Interrupted() }
        interrupt.reset()
    }

    private static let advice = "/clear forgets the conversation, /undo only the last message and its answer"

    /// How fast the answer came, and whether something other than its end ended it.
    private func report(_ generation: Generation) {
        let used = generation.options.prompt.count + generation.completion.count, context = session.model.contextLength
        if generation.finishReason == .length, generation.completion.count == session.options.maxTokens {
            note("the answer was cut at --max-tokens \(session.options.maxTokens)")
        } else if generation.finishReason == .length {
            note(
                "the context is full: \(Human.number(context, "token")); \(session.chat == nil ? "an empty line continues from the second half" : Self.advice)"
            )
        }
        guard Terminal.isInputTerminal else { return }
        // The first token comes with the prompt, so that the rate is of those after it.
        let rate = generation.timings.decodeTokensPerSecond.map { ", " + Human.rate($0, "tokens/s") } ?? ""
        note(
            "\(Human.number(generation.completion.count, "token"))\(rate); context \(Human.exact(used)) of \(Human.exact(context))"
        )
    }

    /// - Returns: whether the program ends.
    private func obey(_ line: String) throws -> Bool {
        let (command, rest) = ChatCommand.parse(line)
        switch command {
        case .quit: return true
        case .help: note(ChatCommand.help(isChat: session.chat != nil))
        case .clear: try session.reset(system: session.system)
        case .system where session.chat == nil: note("the model has no chat template with a place for a system message")
        case .system where rest == nil:
            note(
                session.system.map { "the system message: \(safeForTerminal($0, notes.appearance))" }
                    ?? "there is no system message; /system TEXT gives one")
        case .system: try session.reset(system: rest)
        case .undo:
            note(
                try session.undo().map {
                    "taken back: \(TextLayout.truncated(safeForTerminal($0, notes.appearance).replacing("\n", with: " "), to: 60))"
                } ?? "there is nothing to take back")
        case .tokens:
            do {
                let (used, context) = try session.tokenCounts()
                note(
                    "the conversation takes \(Human.exact(used)) of \(Human.exact(context)) tokens of context; \(Human.exact(session.cachedTokens)) of them are computed already"
                )
            } catch {
                note("\(error)")
            }
        case nil:
            note(
                "\(line.prefix { !$0.isWhitespace }) is not a command; /help lists them. To begin a message with a slash, type a space before it."
            )
        }
        return false
    }

    private func note(_ text: String) {
        for line in text.split(separator: "\n") {
            notes.showLine(notes.appearance.paint(TextLayout.wrapped(String(line), to: notes.width), .dim))
        }
    }
}
