import OrreryFiles
import OrreryGeneration

/// Where a chat's answers come from: a model in this process, or a server.
package protocol AnswerSource: AnyObject {
    /// The model in one line, for people.
    var title: String { get }
    /// What the model is called.
    var modelName: String { get }
    /// Whether messages are answered; without a chat template texts are continued.
    var isChat: Bool { get }
    /// The most tokens that an answer may have.
    var maxTokens: Int { get }
    /// The tokens that the model can read; nil where nobody says.
    var contextLength: Int? { get }
    /// Whether the same conversation always gets the same answer.
    var isGreedy: Bool { get }
    /// What decides about the answers besides the conversation, as a saved conversation keeps it.
    var options: JSONObject { get }

    /// Begins the answer to a further message.
    ///
    /// - Parameters:
    ///   - text: the message; where texts are continued, an empty one continues the last.
    ///   - isStopped: asked while waiting, many times a second; ends the answer with `CancellationError`.
    /// - Throws: what keeps the message from being answered.
    func answer(
        to text: String, after conversation: Conversation, isStopped: @escaping () -> Bool
    ) throws -> any Answer

    /// The number of tokens that a conversation takes; nil where nobody says.
    ///
    /// - Throws: what keeps the conversation from being rendered or encoded.
    func tokenCount(of conversation: Conversation) throws -> Int?
}

/// An answer while it comes. One thread reads it.
package protocol Answer: AnyObject {
    /// The next part; nil at the end.
    ///
    /// - Throws: `CancellationError` where the answer was stopped, and whatever breaks it off.
    func next() throws -> AnswerPart?
    /// Ends the answer here.
    func cancel()
    /// What the answer has taken so far.
    var usage: AnswerUsage { get }
    /// Why the answer ended, in OpenAI's words; nil until it has.
    var finishReason: String? { get }
    /// How far the prompt has been read; nil where nobody says.
    var reading: (done: Int, total: Int)? { get }
}

/// What comes of an answer.
package enum AnswerPart: Sendable, Hashable {
    case text(String)
    /// What a model says to itself before it answers.
    case reasoning(String)
}

/// What an answer took; nil where nobody says.
package struct AnswerUsage: Sendable, Hashable {
    package var promptTokens: Int?
    /// Those of the prompt that were not computed for this answer.
    package var cachedTokens: Int?
    package var completionTokens: Int?

    package init(promptTokens: Int? = nil, cachedTokens: Int? = nil, completionTokens: Int? = nil) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
    }
}
