/// A question with its answer, and the statements it is to be answered from.
public struct QuestionAnswer: Sendable, Equatable {
    /// What has to be read first; empty where the question stands for itself (How much is 3 + 4?).
    public let passage: String
    /// For example "Who has the red ball?".
    public let question: String
    /// The one right answer, for example "Tom.".
    public let answer: String

    /// The passage and the question as documents write them, up to where the answer begins: "A:", without the space
    /// that follows.
    public var prompt: String {
        let start = passage.isEmpty ? "" : passage + "\n"
        return start + "Q: \(question)\nA:"
    }

    package var lines: [String] { ["Q: \(question)", "A: \(answer)"] }
}

extension QuestionAnswer {
    package init(passage: String, asking sentence: Sentence, hiding gap: Gap) {
        let english = English()
        self.init(
            passage: passage,
            question: english.question(sentence, hiding: gap),
            answer: english.answer(sentence, hiding: gap))
    }
}
