import OrreryRandom

extension Scene {
    /// Any sentence that the language can say of these people: the material of translation.
    package func sentence(random: inout SplitMix64) -> Sentence {
        let clause = clause(random: &random)
        if case .weather = clause {
            return Sentence(
                clause, random.pick([.present, .past]), on: random.chance(1, outOf: 2) ? random.pick(Day.week) : nil)
        }
        if case .identity = clause { return Sentence(clause) }
        return Sentence(clause, random.pick([.present, .past]), negated: random.chance(1, outOf: 6))
    }

    private func clause(random: inout SplitMix64) -> Clause {
        let who = somebody(random: &random)
        let item = Item.different(1, random: &random)[0]
        let place = NounPhrase.the(random.pick(Noun.places))
        switch random.next(below: 8) {
        case 0: return kinClause(random: &random)
        case 1: return .quality(item.known, random.pick(Adjective.colors + Adjective.sizes))
        case 2: return .location(.the(random.pick(Noun.animals)), in: place)
        case 3: return .action(random.pick(Verb.acquiring + Verb.regarding + [.have]), who, item.introduced)
        case 4:
            let people = random.sample(2, of: family.members)
            return .giving(.person(people[0]), item.described, to: .person(people[1]))
        case 5: return .motion(random.pick(Verb.moving), who, to: place)
        case 6: return .activity(random.pick(Verb.dwelling), who, in: place)
        default: return .weather(random.pick(Adjective.weathers), in: .realm(realm))
        }
    }

    private func somebody(random: inout SplitMix64) -> NounPhrase {
        let person = random.pick(family.members)
        return random.chance(1, outOf: 2) ? .person(person) : .role(person.station, person.gender, .the, of: nil)
    }

    private func kinClause(random: inout SplitMix64) -> Clause {
        let people = random.sample(2, of: family.members)
        if let role = family.role(of: people[0], to: people[1]) {
            return .identity(.person(people[0]), .role(role, people[0].gender, .the, of: .person(people[1])))
        }
        return .identity(.person(people[0]), .role(people[0].station, people[0].gender, .a, of: nil))
    }
}
