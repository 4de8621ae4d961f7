extension Clause {
    /// Who does it; nil for the weather.
    package var subject: NounPhrase? { frame.subject }

    /// The same clause said of somebody else, or of the same person by pronoun.
    package func with(subject: NounPhrase) -> Clause {
        switch self {
        case .identity(_, let other): .identity(subject, other)
        case .quality(_, let adjective): .quality(subject, adjective)
        case .location(_, let place): .location(subject, in: place)
        case .action(let verb, _, let object): .action(verb, subject, object)
        case .giving(_, let object, let recipient): .giving(subject, object, to: recipient)
        case .motion(let verb, _, let goal): .motion(verb, subject, to: goal)
        case .activity(let verb, _, let place): .activity(verb, subject, in: place)
        case .weather: self
        }
    }

    /// Everybody named in the clause.
    package var people: [Person] {
        let frame = frame
        let phrases = frame.parts.compactMap { part in
            if case .phrase(let phrase) = part.content { phrase } else { nil }
        }
        return ([frame.subject].compactMap(\.self) + phrases).compactMap { phrase in
            if case .person(let person) = phrase { person } else { nil }
        }
    }
}
