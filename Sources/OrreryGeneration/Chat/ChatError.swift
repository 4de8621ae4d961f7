/// The error for a conversation that cannot continue: what is wrong, and what to do about it.
public struct ChatError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Code: Hashable {
        case contextFull(tokens: Int, context: Int, hasEarlier: Bool)
        case answering
        case noTemplate(model: String)
        case severalTemplates(model: String, names: [String])
        case unknownTemplate(String, model: String, known: [String])
    }

    private let code: Code

    /// More tokens than the model can read.
    static func contextFull(tokens: Int, context: Int, hasEarlier: Bool) -> ChatError {
        ChatError(code: .contextFull(tokens: tokens, context: context, hasEarlier: hasEarlier))
    }

    /// Something else is asked of a conversation while an answer is being made.
    static let answering = ChatError(code: .answering)

    /// A model that has no chat template.
    static func noTemplate(_ model: String) -> ChatError { ChatError(code: .noTemplate(model: model)) }

    /// A model with several templates of which none is the default.
    static func severalTemplates(_ model: String, _ names: [String]) -> ChatError {
        ChatError(code: .severalTemplates(model: model, names: names))
    }

    /// A name that is neither one of the model's templates nor a file.
    static func unknownTemplate(_ name: String, _ model: String, known: [String]) -> ChatError {
        ChatError(code: .unknownTemplate(name, model: model, known: known))
    }

    /// Whether the conversation has more tokens than the model can read.
    public var isContextFull: Bool { if case .contextFull = code { true } else { false } }

    /// Whether there are earlier messages, without which there might be room.
    public var hasEarlierMessages: Bool {
        if case .contextFull(_, _, let hasEarlier) = code { hasEarlier } else { false }
    }

    /// The message.
    public var description: String {
        switch code {
        case .contextFull(let tokens, let context, let hasEarlier):
            "the \(hasEarlier ? "conversation" : "message") has \(tokens) tokens, and the model can read \(context), its answer included"
        case .answering:
            "the conversation is busy with an answer; expected to be asked after its end"
        case .noTemplate(let model):
            "\(model) has no chat template; expected a model that was tuned for conversations, or the name of a `template` (chatml, plain, a file)"
        case .severalTemplates(let model, let names):
            "\(model) has several chat templates and no default; expected a `template`: \(names.joined(separator: ", "))"
        case .unknownTemplate(let name, let model, let known):
            "there is no chat template \"\(name)\" for \(model); expected a file, or one of \(known.joined(separator: ", "))"
        }
    }
}
