import OrreryTemplates

/// What has been said so far, as a value: with a chat template messages, else the text that was continued last.
package struct Conversation: Sendable, Hashable {
    /// What the model is told before the conversation; nil where its template decides.
    package var system: String?
    /// The messages, each of the user with its answer.
    package var messages: [ChatMessage] = []
    /// The answers so far, those included that were taken back: each has random numbers of its own.
    package var answers: UInt64 = 0
    /// The text that was continued last, with its continuation.
    package var continued = ""

    /// A conversation without messages.
    package init(system: String? = nil) { self.system = system }

    /// The messages with the system's before them.
    package var allMessages: [ChatMessage] { (system.map { [ChatMessage(role: "system", $0)] } ?? []) + messages }

    /// Begins anew; the answers are counted on.
    package mutating func reset(system: String?) {
        self.system = system
        messages = []
        continued = ""
    }

    /// Takes back the last message and its answer.
    ///
    /// - Returns: the message, or nil where there is none.
    package mutating func undo() -> String? {
        guard messages.count >= 2, case .text(let asked)? = messages[messages.count - 2].content else { return nil }
        messages.removeLast(2)
        return asked
    }

    /// Adds a message and its answer; where texts are continued, a text, or nothing for the last one, and its
    /// continuation.
    package mutating func add(_ text: String, answer: String, isChat: Bool) {
        answers += 1
        if isChat {
            messages += [ChatMessage(role: "user", text), ChatMessage(role: "assistant", answer)]
        } else {
            continued = (text.isEmpty ? continued : text) + answer
        }
    }
}
