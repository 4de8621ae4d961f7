/// A true sentence and the questions that one may fairly ask after hearing it. The sentences asked about are true as
/// well, so the answer is always what the question hides.
package struct Fact: Sendable {
    package let statement: Sentence
    package let questions: [(sentence: Sentence, gap: Gap)]
}

extension Scene {
    /// "Nell is the queen of Avon." Only rulers, of whom there is one of each gender.
    package func rule(of person: Person) -> Fact {
        let sentence = Sentence(.identity(.person(person), .role(.ruler, person.gender, .the, of: .realm(realm))))
        return Fact(statement: sentence, questions: [(sentence, .subject)])
    }

    /// "Mia is Nell's daughter." asks, too, who Mia's mother is.
    package func kinship(of person: Person, to other: Person) -> Fact? {
        guard let statement = kinSentence(person, other), let inverse = kinSentence(other, person) else { return nil }
        let askable = [(statement, person, other), (inverse, other, person)].filter { _, one, another in
            family.role(of: one, to: another).flatMap { family.only($0, one.gender, of: another) } != nil
        }
        return Fact(statement: statement, questions: askable.map { ($0.0, .subject) })
    }

    private func kinSentence(_ person: Person, _ other: Person) -> Sentence? {
        family.role(of: person, to: other).map { role in
            Sentence(.identity(.person(person), .role(role, person.gender, .the, of: .person(other))))
        }
    }

    /// "Tom has a red ball."
    package func holding(_ item: Item, by person: Person, not other: Person) -> Fact {
        let statement = Sentence(.action(.have, .person(person), item.introduced))
        return Fact(
            statement: statement,
            questions: [
                (statement, .object),
                (Sentence(.action(.have, .person(person), item.described)), .subject),
                (Sentence(.quality(item.known, item.color)), .quality),
                (Sentence(.action(.have, .person(person), item.known)), .truth),
                (Sentence(.action(.have, .person(other), item.known), negated: true), .truth),
            ])
    }

    /// "Tom is in the garden." or "Tom plays in the garden."
    package func presence(of person: Person, in place: Noun, not elsewhere: Noun, doing verb: Verb?) -> Fact {
        func sentence(_ place: Noun, negated: Bool = false) -> Sentence {
            let (who, spot) = (NounPhrase.person(person), NounPhrase.the(place))
            let clause = verb.map { Clause.activity($0, who, in: spot) } ?? .location(who, in: spot)
            return Sentence(clause, negated: negated)
        }
        return Fact(
            statement: sentence(place),
            questions: [
                (sentence(place), .place), (sentence(place), .subject), (sentence(place), .truth),
                (sentence(elsewhere, negated: true), .truth),
            ])
    }

    /// "Tom gave the red ball to Nell."
    package func gift(of item: Item, from giver: Person, to receiver: Person) -> Fact {
        let statement = Sentence(.giving(.person(giver), item.introduced, to: .person(receiver)), .past)
        let known = Sentence(.giving(.person(giver), item.known, to: .person(receiver)), .past)
        return Fact(
            statement: statement,
            questions: [
                (known, .subject), (known, .recipient), (statement, .object),
                (Sentence(.action(.have, .person(receiver), item.known)), .subject),
            ])
    }
}
