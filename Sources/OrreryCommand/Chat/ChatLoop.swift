import OrreryGeneration
import OrreryTerminal

/// Reads a text, answers it, and so on; what begins with a slash is for the program.
struct ChatLoop {
    let source: any AnswerSource
    let isPlain: Bool
    var conversation: Conversation
    var statistics = ChatStatistics()
    /// The file that this chat was saved to or loaded from.
    var file: String?
    private let out = Terminal.standardOutput
    private let interrupt = InterruptFlag(
        grace: .infinity, notice: "stopping the answer; Ctrl-C again ends the program")

    /// - Parameter isPlain: whether Markdown is shown as it is written.
    init(_ source: any AnswerSource, system: String?, isPlain: Bool) {
        self.source = source
        self.isPlain = isPlain
        conversation = Conversation(system: system)
    }

    mutating func run() throws {
        defer { interrupt.release() }
        let history = HistoryFile.default()
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
                } else if !source.isChat || !text.allSatisfy(\.isWhitespace) {
                    try answer(text, after: conversation)
                }
            }
        }
    }

    private func greet() {
        note(source.title)
        if !source.isChat {
            note("It has no chat template, so it continues each text that you type; an empty line continues further.")
        }
        note(
            "A backslash at the end, or Alt-Enter, begins a new line. Ctrl-C stops an answer, Ctrl-D or /quit ends; /help lists the commands."
        )
    }

    /// Answers a text; the conversation then is what was before it, the text and its answer. Where nothing comes it
    /// stays as it is.
    mutating func answer(_ text: String, after before: Conversation) throws {
        do {
            let finished = try LineReader.whileWorking { try read(text, after: before) }
            if finished.isTakenBack {
                note("stopped before the answer began; the message is taken back")
            } else {
                conversation = before
                conversation.add(text, answer: finished.text, isChat: source.isChat)
                statistics.add(finished)
                if !finished.text.hasSuffix("\n") { try out.writeLine() }
                if finished.isStopped { note("stopped; what was said so far stays in the conversation") }
                if let failure = finished.failure {
                    note("\(failure); what was said so far stays in the conversation")
                }
                report(finished)
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

    private func read(_ text: String, after before: Conversation) throws -> FinishedAnswer {
        var display = AnswerDisplay(isMarkdown: source.isChat && !isPlain)
        let finished = try FinishedAnswer.read {
            interrupt.isRaised
        } begin: { isStopped in
            try source.answer(to: text, after: before, isStopped: isStopped)
        } show: { part in
            try display.show(part)
        }
        try display.finish()
        return finished
    }

    private static let advice = "/clear forgets the conversation, /undo only the last message and its answer"

    /// How fast the answer came, and whether something other than its end ended it.
    private func report(_ answer: FinishedAnswer) {
        let context = source.contextLength
        if answer.finishReason == "length", answer.usage.completionTokens ?? source.maxTokens >= source.maxTokens {
            note("the answer was cut at --max-tokens \(source.maxTokens)")
        } else if answer.finishReason == "length" {
            note(
                "the context is full\(context.map { ": \(Human.number($0, "token"))" } ?? ""); \(source.isChat ? Self.advice : "an empty line continues from the second half")"
            )
        }
        guard Terminal.isInputTerminal else { return }
        let used = statistics.contextTokens.map { "; context \(Human.exact($0))" } ?? ""
        note(
            ChatStatistics.amount(answer) + used + (used.isEmpty ? "" : context.map { " of \(Human.exact($0))" } ?? ""))
    }

    func note(_ text: String) {
        let notes = Terminal.standardError
        for line in text.split(separator: "\n") {
            notes.showLine(notes.appearance.paint(TextLayout.wrapped(String(line), to: notes.width), .dim))
        }
    }
}
