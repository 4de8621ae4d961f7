/// The same sentence in both languages of the world.
public struct Translation: Sendable, Equatable {
    public let english: String
    public let moonish: String

    /// The English sentence as documents write it, up to where the Moonish begins: without the space that follows the
    /// colon.
    public var prompt: String { "English: \(english)\nMoonish:" }

    package var lines: [String] { ["English: \(english)", "Moonish: \(moonish)"] }
}

extension Translation {
    package init(_ sentence: Sentence) {
        self.init(english: English().statement(sentence), moonish: Moonish().statement(sentence))
    }

    package init(asking sentence: Sentence, hiding gap: Gap) {
        self.init(
            english: English().question(sentence, hiding: gap),
            moonish: Moonish().question(sentence, hiding: gap))
    }
}
