import OrreryRandom

/// The world of one document: whose family it is about, who holds what and who is where. Statements are told to it, and
/// questions are answered from it, so a document cannot contradict itself.
package struct Scene: Sendable {
    package let realm: Realm
    package let isRoyal: Bool
    package let family: Family
    /// In the order in which things came into somebody's hands.
    package private(set) var holdings: [(item: Item, holder: Person)] = []
    package private(set) var whereabouts: [(person: Person, place: Noun)] = []

    package init(random: inout SplitMix64) {
        realm = random.pick(Realm.all)
        isRoyal = random.chance(1, outOf: 2)
        family = Family(royal: isRoyal, random: &random)
    }

    package func holder(of item: Item) -> Person? {
        holdings.first { $0.item == item }?.holder
    }

    package func place(of person: Person) -> Noun? {
        whereabouts.first { $0.person == person }?.place
    }

    /// Makes what the clause says true of the scene.
    package mutating func tell(_ clause: Clause, about item: Item? = nil) {
        switch clause {
        case .action(let verb, .person(let person), _) where verb == .have || Verb.acquiring.contains(verb):
            if let item { hand(item, to: person) }
        case .action(let verb, _, _) where verb == .lose:
            holdings.removeAll { $0.item == item }
        case .giving(_, _, to: .person(let person)):
            if let item { hand(item, to: person) }
        case .motion(_, .person(let person), to: .thing(let place, nil, .the)),
            .activity(_, .person(let person), in: .thing(let place, nil, .the)),
            .location(.person(let person), in: .thing(let place, nil, .the)):
            whereabouts.removeAll { $0.person == person }
            whereabouts.append((person, place))
        case .identity, .quality, .location, .action, .giving, .motion, .activity, .weather:
            break
        }
    }

    private mutating func hand(_ item: Item, to person: Person) {
        holdings.removeAll { $0.item == item }
        holdings.append((item, person))
    }
}
