/// English: subject, verb, object; articles; do-support in questions and denials.
package struct English: Language {
    package let name = "English"

    package init() {}

    package func statement(_ sentence: Sentence) -> String {
        clause(sentence).capitalizedFirst + "."
    }

    /// The words of a statement without capital and full stop, to go after "Then" or into a longer sentence.
    package func clause(_ sentence: Sentence) -> String {
        let frame = sentence.clause.frame
        let time = sentence.day.map { "on \($0.english)" }
        let words = [time, subject(frame), predicate(sentence)] + frame.parts.map(words(for:))
        return words.compactMap(\.self).joined(separator: " ")
    }

    package func question(_ sentence: Sentence, hiding gap: Gap) -> String {
        let frame = sentence.clause.frame
        let time = sentence.day.map { "on \($0.english)" }
        let rest = frame.parts.filter { $0.part != gap.part }.map(words(for:))
        let (auxiliary, mainVerb) = split(sentence)
        let words: [String?] =
            switch gap {
            case .subject: ["who", finite(frame.verb, sentence.tense, plural: false)] + rest + [time]
            case .truth: [auxiliary, subject(frame), mainVerb] + rest + [time]
            case .recipient: ["who", auxiliary, subject(frame), mainVerb] + rest + ["to", time]
            case .place, .goal: ["where", auxiliary, subject(frame), mainVerb] + rest + [time]
            case .object: [asksForPerson(frame) ? "who" : "what", auxiliary, subject(frame), mainVerb] + rest + [time]
            case .quality where frame.subject == nil: ["how", auxiliary, "the weather"] + rest + [time]
            case .quality where asksForColor(frame): ["what color", auxiliary, subject(frame)] + rest + [time]
            case .quality: ["how", auxiliary, subject(frame)] + rest + [time]
            }
        return words.compactMap(\.self).joined(separator: " ").capitalizedFirst + "?"
    }

    package func answer(_ sentence: Sentence, hiding gap: Gap) -> String {
        let frame = sentence.clause.frame
        let words =
            switch gap {
            case .truth: sentence.isNegated ? "no" : "yes"
            case .subject: subject(frame)
            case .recipient: hidden(.recipient, in: frame)
            case .object, .place, .goal, .quality: hidden(gap.part, in: frame, withPreposition: true)
            }
        return words.capitalizedFirst + "."
    }

    // MARK: The verb

    /// "does not have", "was not", "walked": everything between the subject and the rest.
    private func predicate(_ sentence: Sentence) -> String {
        let frame = sentence.clause.frame
        guard sentence.isNegated else {
            return finite(frame.verb, sentence.tense, plural: frame.subject?.isPlural ?? false)
        }
        let (auxiliary, mainVerb) = split(sentence)
        return [auxiliary, "not", mainVerb].compactMap(\.self).joined(separator: " ")
    }

    private func finite(_ verb: Verb, _ tense: Tense, plural: Bool) -> String {
        switch (tense, plural) {
        case (.present, false): verb.third
        case (.present, true): verb == .be ? "are" : verb.base
        case (.past, false): verb.past
        case (.past, true): verb == .be ? "were" : verb.past
        }
    }

    /// The part of the verb that moves before the subject in a question, and what stays behind it.
    private func split(_ sentence: Sentence) -> (auxiliary: String, mainVerb: String?) {
        let frame = sentence.clause.frame
        let plural = frame.subject?.isPlural ?? false
        if frame.verb == .be { return (finite(.be, sentence.tense, plural: plural), nil) }
        switch sentence.tense {
        case .past: return ("did", frame.verb.base)
        case .present: return (plural ? "do" : "does", frame.verb.base)
        }
    }

    // MARK: The parts

    private func subject(_ frame: Frame) -> String {
        frame.subject.map { phrase($0) } ?? "it"
    }

    private func words(for part: (part: Frame.Part, content: Frame.Content)) -> String {
        let preposition: String? =
            switch part.part {
            case .identity, .object, .quality: nil
            case .recipient, .goal: "to"
            case .place: "in"
            }
        return [preposition, words(for: part.content)].compactMap(\.self).joined(separator: " ")
    }

    private func words(for content: Frame.Content) -> String {
        switch content {
        case .phrase(let phrase): self.phrase(phrase, isObject: true)
        case .adjective(let adjective): adjective.english
        }
    }

    private func hidden(_ part: Frame.Part?, in frame: Frame, withPreposition: Bool = false) -> String {
        guard let found = frame.parts.first(where: { $0.part == part }) else {
            preconditionFailure("English.answer: the sentence has no \(String(describing: part)) to hide")
        }
        return withPreposition ? words(for: found) : words(for: found.content)
    }

    private func asksForPerson(_ frame: Frame) -> Bool {
        frame.parts.contains { part in
            if case (.object, .phrase(let phrase)) = part { phrase.isHuman } else { false }
        }
    }

    private func asksForColor(_ frame: Frame) -> Bool {
        frame.parts.contains { part in
            if case (.quality, .adjective(let adjective)) = part { adjective.kind == .color } else { false }
        }
    }
}
