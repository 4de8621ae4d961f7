import OrreryRandom

/// Small tales. A plot only chooses what happens; the `Storyteller` says it and the scene remembers it, so the
/// questions at the end are answered by what was told.
struct StoryWriter {
    private enum Plot: CaseIterable { case gift, loss, trade, visit, animal }

    static func document(random: inout SplitMix64) -> DemoDocument {
        // The teller takes a generator of its own, so that the plots need not pass one about.
        var teller = Storyteller(random: SplitMix64(seed: random.next()))
        let people = cast(of: &teller)
        switch random.pick(Plot.allCases) {
        case .gift: teller.gift(people)
        case .loss: teller.loss(people)
        case .trade: teller.trade(people)
        case .visit: teller.visit(people)
        case .animal: teller.animal(people)
        }
        return DemoDocument(.story, lines: teller.lines)
    }

    /// Two people who are something to each other.
    private static func cast(of teller: inout Storyteller) -> Cast {
        let family = teller.scene.family
        while true {
            let pair = teller.random.sample(2, of: family.members)
            guard family.role(of: pair[1], to: pair[0]) != nil else { continue }
            let spots = teller.random.sample(2, of: Noun.places)
            let items = Item.different(2, random: &teller.random)
            return Cast(
                hero: pair[0], friend: pair[1], here: spots[0], there: spots[1], item: items[0], otherItem: items[1])
        }
    }
}

/// Who and what a story is about.
struct Cast {
    let hero, friend: Person
    let here, there: Noun
    let item, otherItem: Item
}
