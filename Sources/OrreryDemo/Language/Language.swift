/// One way of putting meanings into words.
package protocol Language: Sendable {
    var name: String { get }

    /// The sentence, with its capital and its full stop.
    func statement(_ sentence: Sentence) -> String

    /// The question that hides `gap` from the sentence.
    func question(_ sentence: Sentence, hiding gap: Gap) -> String

    /// What the question hid, as a short answer.
    func answer(_ sentence: Sentence, hiding gap: Gap) -> String
}

extension String {
    /// The first letter made a capital, as at the start of a sentence.
    package var capitalizedFirst: String {
        prefix(1).uppercased() + dropFirst()
    }
}
