import OrreryDemo
import Testing

@Suite struct LanguageTests {
    static let tom = Person(name: "Tom", gender: .masculine, station: .adult)
    static let nell = Person(name: "Nell", gender: .feminine, station: .ruler)
    static let ball = Item(noun: Noun.things[0], color: Adjective.colors[0])
    static let garden = NounPhrase.the(Noun.places[0])
    static let avon = NounPhrase.realm(Realm.all[0])

    @Test(
        arguments: [
            (
                Sentence(.identity(.person(nell), .role(.ruler, .feminine, .the, of: avon))),
                "Nell is the queen of Avon.", "Nell Avon sa kora su."
            ),
            (
                Sentence(.identity(.person(tom), .role(.parentSibling, .masculine, .a, of: nil))),
                "Tom is an uncle.", "Tom mi vako su."
            ),
            (
                Sentence(.action(.have, .person(tom), ball.introduced)), "Tom has a red ball.",
                "Tom mi bule rudi na havu."
            ),
            (
                Sentence(.action(.have, .person(tom), ball.known), negated: true), "Tom does not have the ball.",
                "Tom bule na ne havu."
            ),
            (
                Sentence(
                    .giving(
                        .pronoun(.masculine), ball.known, to: .role(.spouse, .feminine, .the, of: .pronoun(.masculine))),
                    .past),
                "He gave the ball to his wife.", "Lo lo sa mara ra bule na donut."
            ),
            (
                Sentence(.quality(.pair(.person(tom), .person(nell)), .happy), .past), "Tom and Nell were happy.",
                "Tom e Nell gladi sut."
            ),
            (
                Sentence(.motion(.run, .role(.child, .feminine, .the, of: nil), to: garden), .past),
                "The girl ran to the garden.", "Pima hale ra kurut."
            ),
            (
                Sentence(.activity(.play, .person(tom), in: garden), on: Day.week[0]),
                "On Monday Tom plays in the garden.", "Onda Tom hale ta ludu."
            ),
            (Sentence(.weather(Adjective.weathers[1], in: avon), .past), "It was rainy in Avon.", "Avon ta pluvi sut."),
            (
                Sentence(.action(.see, .person(tom), .count(3, Noun.things[4])), .past), "Tom saw 3 apples.",
                "Tom pomeli 3 na vidut."
            ),
        ] as [(Sentence, String, String)])
    func aMeaningIsSaidInBothLanguages(sentence: Sentence, english: String, moonish: String) {
        #expect(English().statement(sentence) == english)
        #expect(Moonish().statement(sentence) == moonish)
    }

    static let gave = Sentence(.giving(.person(tom), ball.known, to: .person(nell)), .past)
    static let plays = Sentence(.activity(.play, .person(tom), in: garden))

    @Test(
        arguments: [
            (gave, .subject, "Who gave the ball to Nell?", "Tom.", "Ke Nell ra bule na donut?"),
            (gave, .object, "What did Tom give to Nell?", "The ball.", "Tom Nell ra kel na donut?"),
            (gave, .recipient, "Who did Tom give the ball to?", "Nell.", "Tom kel ra bule na donut?"),
            (gave, .truth, "Did Tom give the ball to Nell?", "Yes.", "Tom Nell ra bule na donut ka?"),
            (plays, .place, "Where does Tom play?", "In the garden.", "Tom kel ta ludu?"),
            (Sentence(.quality(ball.known, ball.color)), .quality, "What color is the ball?", "Red.", "Bule kel su?"),
            (
                Sentence(.weather(Adjective.weathers[0], in: avon), .past, on: Day.week[4]), .quality,
                "How was the weather in Avon on Friday?", "Sunny.", "Finda Avon ta kel sut?"
            ),
            (
                Sentence(.action(.see, .person(tom), .person(nell)), .past), .object, "Who did Tom see?", "Nell.",
                "Tom kel na vidut?"
            ),
        ] as [(Sentence, Gap, String, String, String)])
    func aQuestionHidesWhatAnswersIt(sentence: Sentence, gap: Gap, question: String, answer: String, moonish: String) {
        #expect(English().question(sentence, hiding: gap) == question)
        #expect(English().answer(sentence, hiding: gap) == answer)
        #expect(Moonish().question(sentence, hiding: gap) == moonish)
    }

    @Test func noTwoMoonishWordsAreAlike() {
        let nouns = (Noun.places + Noun.things + Noun.animals + [.castle, .cottage]).map(\.moonish)
        let adjectives = (Adjective.colors + Adjective.sizes + Adjective.weathers + [.happy, .sad, .tired, .proud]).map(
            \.moonish)
        let people = Role.allCases.flatMap { [$0.moonish(.masculine), $0.moonish(.feminine)] }
        let words = nouns + adjectives + people
        #expect(Set(words).count == words.count)
        #expect(nouns.allSatisfy { $0.hasSuffix("e") } && adjectives.allSatisfy { $0.hasSuffix("i") })
    }

    /// One English sentence, one Moonish sentence: what a translator learns from is never in conflict with itself.
    @Test func translationsAgreeWithEachOther() {
        var known: [String: String] = [:]
        for pair in DemoCorpus().translations().prefix(5_000) {
            #expect(known.updateValue(pair.moonish, forKey: pair.english) ?? pair.moonish == pair.moonish)
            #expect(pair.english.last == pair.moonish.last)
        }
        #expect(known.count > 2_500)
    }
}
