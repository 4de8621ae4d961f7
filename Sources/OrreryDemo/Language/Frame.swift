/// A clause taken apart into what every language must say of it, in no language's order: who, what is done, and the
/// rest by its part.
package struct Frame: Sendable {
    package enum Content: Sendable {
        case phrase(NounPhrase)
        case adjective(Adjective)
    }

    package enum Part: Sendable { case identity, object, recipient, place, goal, quality }

    /// Nil for the weather, which nobody does.
    package var subject: NounPhrase?
    package var verb: Verb
    package var parts: [(part: Part, content: Content)]
}

extension Clause {
    package var frame: Frame {
        switch self {
        case .identity(let subject, let other):
            Frame(subject: subject, verb: .be, parts: [(.identity, .phrase(other))])
        case .quality(let subject, let adjective):
            Frame(subject: subject, verb: .be, parts: [(.quality, .adjective(adjective))])
        case .location(let subject, let place):
            Frame(subject: subject, verb: .be, parts: [(.place, .phrase(place))])
        case .action(let verb, let subject, let object):
            Frame(subject: subject, verb: verb, parts: [(.object, .phrase(object))])
        case .giving(let subject, let object, let recipient):
            Frame(subject: subject, verb: .give, parts: [(.object, .phrase(object)), (.recipient, .phrase(recipient))])
        case .motion(let verb, let subject, let goal):
            Frame(subject: subject, verb: verb, parts: [(.goal, .phrase(goal))])
        case .activity(let verb, let subject, let place):
            Frame(subject: subject, verb: verb, parts: [(.place, .phrase(place))])
        case .weather(let adjective, let place):
            Frame(subject: nil, verb: .be, parts: [(.quality, .adjective(adjective)), (.place, .phrase(place))])
        }
    }
}

extension Gap {
    /// The part of the frame that is hidden; nil for the subject and for the whole.
    package var part: Frame.Part? {
        switch self {
        case .subject, .truth: nil
        case .object: .object
        case .recipient: .recipient
        case .place: .place
        case .goal: .goal
        case .quality: .quality
        }
    }
}
