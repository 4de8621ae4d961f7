import OrreryRandom

/// A particular thing in a document. No two items of a document share their noun, so "the ball" is never in doubt.
package struct Item: Equatable, Sendable {
    package let noun: Noun
    package let color: Adjective

    package init(noun: Noun, color: Adjective) {
        (self.noun, self.color) = (noun, color)
    }

    /// "a red ball", as one first hears of it.
    package var introduced: NounPhrase { .thing(noun, color, .a) }
    /// "the red ball".
    package var described: NounPhrase { .thing(noun, color, .the) }
    /// "the ball", once it is known.
    package var known: NounPhrase { .the(noun) }

    package static func different(_ count: Int, random: inout SplitMix64) -> [Item] {
        random.sample(count, of: Noun.things).map { Item(noun: $0, color: random.pick(Adjective.colors)) }
    }
}
