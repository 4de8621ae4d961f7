import Foundation
import OrreryGeneration
import OrreryTerminal

/// What is typed for the program.
extension ChatLoop {
    /// - Returns: whether the program ends.
    mutating func obey(_ line: String) throws -> Bool {
        let (command, rest) = ChatCommand.parse(line)
        switch command {
        case .quit: return true
        case .help: note(ChatCommand.help(isChat: source.isChat))
        case .clear: conversation.reset(system: conversation.system)
        case .system where !source.isChat: note("the model has no chat template with a place for a system message")
        case .system: setSystem(rest)
        case .undo: note(conversation.undo().map { "taken back: \(Self.brief($0))" } ?? "there is nothing to take back")
        case .regenerate: try regenerate()
        case .save: trying { try $0.save(rest) }
        case .load: trying { try $0.load(rest) }
        case .stats: trying { try $0.tellStatistics() }
        case .tokens: trying { try $0.tellTokens() }
        case nil:
            note(
                "\(line.prefix { !$0.isWhitespace }) is not a command; /help lists them. To begin a message with a slash, type a space before it."
            )
        }
        return false
    }

    private mutating func trying(_ body: (inout ChatLoop) throws -> Void) {
        do { try body(&self) } catch { note("\(error)") }
    }

    /// A text on a line of its own.
    private static func brief(_ text: String) -> String {
        let shown = safeForTerminal(text, Terminal.standardError.appearance)
        return TextLayout.truncated(shown.replacing("\n", with: " "), to: 60)
    }

    private mutating func setSystem(_ text: String?) {
        if let text { return conversation.reset(system: text) }
        note(
            conversation.system.map {
                "the system message: \(safeForTerminal($0, Terminal.standardError.appearance))"
            } ?? "there is no system message; /system TEXT gives one")
    }

    /// Answers the last message again, with other random numbers. Where nothing comes the old answer stays.
    private mutating func regenerate() throws {
        var before = conversation
        guard let asked = before.undo() else { return note("there is no answer to make anew") }
        if source.isGreedy { note("at temperature 0 a message has one answer") }
        try answer(asked, after: before)
    }

    private func used() throws -> Int? {
        try source.tokenCount(of: conversation) ?? (conversation.messages.isEmpty ? 0 : statistics.contextTokens)
    }

    private func tellStatistics() throws {
        note(statistics.lines(used: try used(), context: source.contextLength).joined(separator: "\n"))
    }

    private func tellTokens() throws {
        guard let used = try used() else {
            return note("the server does not say how many tokens the conversation takes")
        }
        let context = source.contextLength.map { " of \(Human.exact($0))" } ?? ""
        note("the conversation takes \(Human.exact(used))\(context) tokens of context")
    }

    // MARK: Files

    private var home: String? { ProcessInfo.processInfo.environment["HOME"] }

    private mutating func save(_ text: String?) throws {
        guard let place = SavePlace(text, last: file, home: home) else {
            return note("/save: expected a file after it, as in /save talk.json")
        }
        let saved = SavedChat(model: source.modelName, conversation: conversation, options: source.options)
        try saved.write(to: place.path, overwrite: place.overwrites)
        file = place.path
        note("saved to \(place.path)")
    }

    private mutating func load(_ text: String?) throws {
        guard let place = SavePlace(text, last: file, home: home) else {
            return note("/load: expected a file after it, as in /load talk.json")
        }
        let saved = try SavedChat(contentsOf: place.path)
        if source.isChat, !saved.conversation.continued.isEmpty {
            return note("\(place.path): holds a text that a model without a chat template continued")
        }
        if !source.isChat, !saved.conversation.messages.isEmpty || saved.conversation.system != nil {
            return note("\(place.path): holds messages, and this model has no chat template: it continues texts")
        }
        conversation = saved.conversation
        file = place.path
        let last = conversation.messages.dropLast().last.flatMap { message in
            if case .text(let text)? = message.content { "; the last message: \(Self.brief(text))" } else { nil }
        }
        note("loaded \(Human.number(conversation.messages.count, "message"))\(last ?? "")")
        let differences = saved.differences(from: source)
        if !differences.isEmpty { note("different from when it was saved: \(differences.joined(separator: ", "))") }
    }
}
