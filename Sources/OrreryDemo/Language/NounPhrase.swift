package enum Article: Sendable { case the, a }

/// Who or what a sentence speaks of, before any language has put words to it.
package indirect enum NounPhrase: Equatable, Sendable {
    /// Tom
    case person(Person)
    /// he, she
    case pronoun(Gender)
    /// a boy, the queen of Avon, Tom's son, her uncle
    case role(Role, Gender, Article, of: NounPhrase?)
    /// an apple, the red ball, the garden
    case thing(Noun, Adjective?, Article)
    /// 3 apples
    case count(Int, Noun)
    /// Avon
    case realm(Realm)
    /// Tom and Nell
    case pair(NounPhrase, NounPhrase)

    package static func the(_ noun: Noun) -> NounPhrase { .thing(noun, nil, .the) }

    package var isPlural: Bool {
        switch self {
        case .pair: true
        case .count(let count, _): count != 1
        case .person, .pronoun, .role, .thing, .realm: false
        }
    }

    /// Whether one asks for it with "who".
    package var isHuman: Bool {
        switch self {
        case .person, .pronoun, .role: true
        case .pair(let first, _): first.isHuman
        case .thing, .count, .realm: false
        }
    }
}
