/// An answer of a conversation while it is made. Once it has ended, message and answer are part of the conversation.
public final class ChatTurn: StepMaker {
    /// The generation that makes the answer.
    public let generation: Generation
    /// What the model has said so far.
    public private(set) var text = ""
    private var commit: ((String?) -> Void)?

    /// - Parameter commit: receives the answer once it has ended, or nil where it failed.
    init(_ generation: Generation, commit: @escaping (String?) -> Void) {
        (self.generation, self.commit) = (generation, commit)
    }

    deinit { cancel() }

    /// Reads a part of the conversation that has not been read yet; returns whether more is missing.
    @discardableResult public func advance() -> Bool { commit != nil && generation.advance() }

    /// Chooses the next token; nil once the answer has ended.
    ///
    /// - Throws: as `Generation.next()`; the message is then taken back.
    public func next() throws -> Generation.Step? {
        guard commit != nil else { return nil }
        do {
            guard let step = try generation.next() else {
                end(text)
                return nil
            }
            text += step.text
            if step.finishReason != nil { end(text) }
            return step
        } catch {
            end(nil)
            throw error
        }
    }

    /// Whether the answer was ended before its first token, so that the message was taken back.
    public private(set) var isTakenBack = false

    /// Ends the answer here. What was said so far stays in the conversation, together with the text that was held back,
    /// which is returned. A message of which nothing was answered is taken back.
    @discardableResult public func cancel() -> String {
        guard commit != nil else { return "" }
        let rest = generation.cancel()
        text += rest
        isTakenBack = generation.completion.isEmpty
        end(isTakenBack ? nil : text)
        return rest
    }

    private func end(_ answer: String?) {
        commit?(answer)
        commit = nil
    }
}
