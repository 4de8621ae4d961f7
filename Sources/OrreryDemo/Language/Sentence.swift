/// The kinds of things that can be said. A clause is a meaning: `English` and `Moonish` each find their own words and
/// order for it.
package enum Clause: Equatable, Sendable {
    /// Tom is the king of Avon.
    case identity(NounPhrase, NounPhrase)
    /// The ball is red.
    case quality(NounPhrase, Adjective)
    /// The cat is in the garden.
    case location(NounPhrase, in: NounPhrase)
    /// Tom finds a red ball.
    case action(Verb, NounPhrase, NounPhrase)
    /// Tom gives the ball to Nell.
    case giving(NounPhrase, NounPhrase, to: NounPhrase)
    /// Tom walks to the market.
    case motion(Verb, NounPhrase, to: NounPhrase)
    /// Nell plays in the garden.
    case activity(Verb, NounPhrase, in: NounPhrase)
    /// It is sunny in Avon.
    case weather(Adjective, in: NounPhrase)
}

package enum Tense: Sendable { case present, past }

/// A clause at a time.
package struct Sentence: Equatable, Sendable {
    package var clause: Clause
    package var tense: Tense
    package var day: Day?
    package var isNegated: Bool

    package init(_ clause: Clause, _ tense: Tense = .present, on day: Day? = nil, negated: Bool = false) {
        self.clause = clause
        self.tense = tense
        self.day = day
        self.isNegated = negated
    }
}

/// What a question hides from a sentence. What is hidden is the answer, so that no answer is ever written apart from
/// its fact.
package enum Gap: Sendable {
    case subject, object, recipient, place, goal, quality
    /// Nothing is hidden: is it so?
    case truth
}
