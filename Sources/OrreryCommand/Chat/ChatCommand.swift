/// What can be typed in a chat besides messages.
package enum ChatCommand: String, CaseIterable {
    case clear, undo, regenerate, system, save, load, stats, tokens, help, quit

    package var word: String { "/" + rawValue }

    /// Names that other programs have for the same.
    private static let aliases: [String: ChatCommand] = [
        "reset": .clear, "new": .clear, "retry": .regenerate, "exit": .quit, "bye": .quit, "?": .help,
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
        case .regenerate: isChat ? "/regenerate    answer the last message again (also /retry)" : nil
        case .system: isChat ? "/system TEXT   begin a new conversation, before which the model is told TEXT" : nil
        case .save: "/save FILE     write the conversation to a file; --overwrite FILE replaces one that is there"
        case .load: "/load FILE     continue a conversation that was saved"
        case .stats: "/stats         tokens, speed and context of the last answer and of this chat"
        case .tokens: "/tokens        how much of the context is used"
        case .help: "/help          this list; the editing keys are in docs/chat.md"
        case .quit: "/quit          end; so does Ctrl-D"
        }
    }
}

/// The file that `/save` or `/load` names.
package struct SavePlace: Hashable {
    package var path: String
    package var overwrites: Bool

    /// - Parameters:
    ///   - text: what stands behind the command.
    ///   - last: the file of this chat, which is taken where none is named.
    ///   - home: the directory that `~` stands for.
    /// - Returns: nil where no file is named.
    package init?(_ text: String?, last: String?, home: String?) {
        var words = (text ?? "")[...]
        let flag = "--overwrite"
        let hasFlag = words == flag || words.hasPrefix(flag + " ")
        if hasFlag { words = words.dropFirst(flag.count).drop(while: \.isWhitespace) }
        while words.last?.isWhitespace == true { words.removeLast() }
        guard let named = words.isEmpty ? last : String(words) else { return nil }
        path = named.hasPrefix("~/") && home != nil ? home! + named.dropFirst(1) : named
        // What this chat has written or read itself is replaced without asking.
        overwrites = hasFlag || path == last
    }
}
