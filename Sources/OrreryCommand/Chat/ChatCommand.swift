/// What can be typed in a chat besides messages.
package enum ChatCommand: String, CaseIterable {
    case clear, undo, system, tokens, help, quit

    package var word: String { "/" + rawValue }

    /// Names that other programs have for the same.
    private static let aliases: [String: ChatCommand] = [
        "reset": .clear, "new": .clear, "exit": .quit, "bye": .quit, "?": .help,
    ]

    /// The command of a line, if it is one, and the text after it.
    package static func parse(_ line: String) -> (ChatCommand?, String?) {
        let name = line.dropFirst().prefix { !$0.isWhitespace },
            rest = line.dropFirst(name.count + 1).drop(while: \.isWhitespace)
        return (ChatCommand(rawValue: String(name)) ?? aliases[String(name)], rest.isEmpty ? nil : String(rest))
    }

    static func help(isChat: Bool) -> String {
        allCases.compactMap { $0.explanation(isChat: isChat) }.joined(separator: "\n")
    }

    private func explanation(isChat: Bool) -> String? {
        switch self {
        case .clear: "/clear         forget the conversation (also /new, /reset)"
        case .undo: isChat ? "/undo          take back the last message and its answer" : nil
        case .system: isChat ? "/system TEXT   begin a new conversation, before which the model is told TEXT" : nil
        case .tokens: "/tokens        how much of the context is used"
        case .help: "/help          this list; the editing keys are in docs/chat.md"
        case .quit: "/quit          end; so does Ctrl-D"
        }
    }
}
