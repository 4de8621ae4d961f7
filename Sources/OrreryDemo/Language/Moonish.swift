/// Moonish, the small second language of this world. The verb comes last; every noun phrase is followed by the particle
/// that says what it does; nothing is irregular.
///
///     Tom mi bule rudi na havu.          Tom has a red ball.
///     Avon sa kora hale ta ludut.        The queen of Avon played in the garden.
///     Ke Nell ra bule na donut?          Who gave the ball to Nell?
///
/// | piece | meaning | | piece | meaning |
/// |---|---|---|---|---|
/// | -o, -a | he, she (koro king, kora queen) | | na | what is acted on |
/// | -e, -i | thing, quality (after its noun) | | ra | to |
/// | -u, -ut | present, past | | ta | in |
/// | -li | more than one | | sa | of |
/// | mi | a (the is not said) | | ne, ka | not, is it so? |
package struct Moonish: Language {
    package let name = "Moonish"

    package init() {}

    package func statement(_ sentence: Sentence) -> String {
        words(sentence, hiding: nil).joined(separator: " ").capitalizedFirst + "."
    }

    package func question(_ sentence: Sentence, hiding gap: Gap) -> String {
        // A question keeps the order of its answer: the question word stands where the answer will.
        let ending = gap == .truth ? ["ka"] : []
        return (words(sentence, hiding: gap) + ending).joined(separator: " ").capitalizedFirst + "?"
    }

    package func answer(_ sentence: Sentence, hiding gap: Gap) -> String {
        let frame = sentence.clause.frame
        let words: String? =
            switch gap {
            case .truth: sentence.isNegated ? "ne" : "ja"
            case .subject: frame.subject.map(phrase)
            case .object, .recipient, .place, .goal, .quality:
                frame.parts.first { $0.part == gap.part }.map { self.words(for: $0.content) }
            }
        guard let words else { preconditionFailure("Moonish.answer: the sentence has no \(gap) to hide") }
        return words.capitalizedFirst + "."
    }

    // MARK: Order

    private func words(_ sentence: Sentence, hiding gap: Gap?) -> [String] {
        let frame = sentence.clause.frame
        let subject = gap == .subject ? "ke" : frame.subject.map(phrase)
        let verb = frame.verb.moonishRoot + (sentence.tense == .past ? "ut" : "u")
        return [sentence.day?.moonish, subject].compactMap(\.self)
            + marked(frame, hiding: gap)
            + (sentence.isNegated && gap != .truth ? ["ne", verb] : [verb])
    }

    /// Where, to whom, what: the reverse of the English order, each with its particle.
    private func marked(_ frame: Frame, hiding gap: Gap?) -> [String] {
        frame.parts.reversed().flatMap { part, content in
            let word = part == gap?.part ? "kel" : words(for: content)
            return [word, particle(of: part)].compactMap(\.self)
        }
    }

    private func particle(of part: Frame.Part) -> String? {
        switch part {
        case .identity, .quality: nil
        case .object: "na"
        case .recipient, .goal: "ra"
        case .place: "ta"
        }
    }

    // MARK: Noun phrases

    private func words(for content: Frame.Content) -> String {
        switch content {
        case .phrase(let phrase): self.phrase(phrase)
        case .adjective(let adjective): adjective.moonish
        }
    }

    package func phrase(_ phrase: NounPhrase) -> String {
        switch phrase {
        case .person(let person): person.name
        case .pronoun(let gender): gender == .masculine ? "lo" : "la"
        case .realm(let realm): realm.name
        case .pair(let first, let second): "\(self.phrase(first)) e \(self.phrase(second))"
        case .count(let count, let noun): count == 1 ? "\(noun.moonish) 1" : "\(noun.moonish)li \(count)"
        case .thing(let noun, let adjective, let article):
            with(article, [noun.moonish, adjective?.moonish].compactMap(\.self).joined(separator: " "))
        case .role(let role, let gender, let article, of: let owner):
            if let owner {
                "\(self.phrase(owner)) sa \(role.moonish(gender))"
            } else {
                with(article, role.moonish(gender))
            }
        }
    }

    private func with(_ article: Article, _ words: String) -> String {
        article == .a ? "mi \(words)" : words
    }
}
