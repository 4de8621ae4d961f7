extension Storyteller {
    /// Something is found and given away.
    mutating func gift(_ cast: Cast) {
        let verb = cast.here.english == "market" ? Verb.buy : .find
        introduce(cast.hero)
        introduce(cast.friend, of: cast.hero)
        startParagraph()
        tell(.motion(random.pick(Verb.moving), .person(cast.hero), to: .the(cast.here)), opening: someDay())
        tell(
            .action(verb, .person(cast.hero), cast.item.introduced), about: cast.item,
            opening: random.pick(["There", "In the \(cast.here.english)"]))
        tell(.motion(.go, .person(cast.hero), to: .the(cast.there)), opening: "Then")
        tell(.giving(.person(cast.hero), cast.item.known, to: .person(cast.friend)), about: cast.item)
        thanks(from: cast.friend, to: cast.hero, for: cast.item)
        startParagraph()
        close(cast.friend, feeling: .happy)
        askWhoHas(cast.item)
    }

    /// Something is lost in one place, looked for in another and brought back.
    mutating func loss(_ cast: Cast) {
        introduce(cast.hero)
        introduce(cast.friend, of: cast.hero)
        tell(.action(.have, .person(cast.hero), cast.item.introduced), about: cast.item)
        startParagraph()
        tell(.activity(.play, .person(cast.hero), in: .the(cast.here)), opening: someDay())
        tell(.action(.lose, .person(cast.hero), cast.item.known), about: cast.item, opening: "There")
        tell(.quality(.person(cast.hero), .sad))
        write("\"Where is my \(cast.item.noun.english)?\" said \(cast.hero.name).")
        startParagraph()
        tell(.motion(random.pick(Verb.moving), .person(cast.friend), to: .the(cast.here)), opening: "That day")
        tell(.action(.find, .person(cast.friend), cast.item.described), about: cast.item)
        tell(.giving(.person(cast.friend), cast.item.known, to: .person(cast.hero)), about: cast.item, opening: "So")
        thanks(from: cast.hero, to: cast.friend, for: cast.item)
        close(cast.hero, feeling: .happy)
        askWhoHas(cast.item)
    }

    /// Two people each want what the other has.
    mutating func trade(_ cast: Cast) {
        introduce(cast.hero)
        introduce(cast.friend, of: cast.hero)
        tell(.action(.have, .person(cast.hero), cast.item.introduced), about: cast.item)
        tell(.action(.have, .person(cast.friend), cast.otherItem.introduced), about: cast.otherItem)
        startParagraph()
        tell(.action(.want, .person(cast.hero), cast.otherItem.known), opening: someDay())
        tell(.action(.want, .person(cast.friend), cast.item.known))
        tell(.giving(.person(cast.hero), cast.item.known, to: .person(cast.friend)), about: cast.item, opening: "So")
        tell(.giving(.person(cast.friend), cast.otherItem.known, to: .person(cast.hero)), about: cast.otherItem)
        tell(.quality(.pair(.person(cast.hero), .person(cast.friend)), .happy))
        askWhoHas(random.pick([cast.item, cast.otherItem]))
    }

    /// A walk to somebody's place, by way of another.
    mutating func visit(_ cast: Cast) {
        let home = random.pick(Noun.dwellings.filter { $0 != cast.here })
        introduce(cast.friend, living: .thing(home, random.pick([.big, .small, .old]), .a))
        introduce(cast.hero, of: cast.friend)
        startParagraph()
        tell(.motion(random.pick(Verb.moving), .person(cast.hero), to: .the(cast.here)), opening: someDay())
        tell(
            .action(
                .see, .person(cast.hero), .thing(random.pick(Noun.animals), random.pick([.big, .small, .old]), .a)),
            opening: "There")
        tell(.motion(random.pick(Verb.moving), .person(cast.hero), to: .the(home)), opening: "Then")
        tell(.action(.help, .person(cast.hero), .person(cast.friend)))
        tell(.giving(.person(cast.friend), cast.item.introduced, to: .person(cast.hero)), about: cast.item)
        close(cast.hero, feeling: random.pick([.happy, .tired, .proud]))
        if let place = scene.place(of: cast.hero) {
            ask(Sentence(.location(.person(cast.hero), in: .the(place))), hiding: .place)
        }
    }

    /// An animal is found, and is fed.
    mutating func animal(_ cast: Cast) {
        let animal = random.pick(Noun.animals)
        let home = scene.isRoyal ? Noun.castle : Noun.cottage
        introduce(cast.hero)
        introduce(cast.friend, of: cast.hero)
        startParagraph()
        tell(
            .action(.find, .person(cast.hero), .thing(animal, .small, .a)),
            opening: "\(someDay()) in the \(cast.here.english)")
        tell(.quality(.the(animal), random.pick([.sad, .tired])))
        tell(.action(.take, .person(cast.hero), .the(animal)))
        tell(.motion(.go, .person(cast.hero), to: .the(home)), opening: "Then")
        startParagraph()
        tell(.action(.see, .person(cast.friend), .the(animal)))
        write("\"You may keep the \(animal.english),\" said \(cast.friend.name).")
        tell(.activity(.sleep, .the(animal), in: .the(home)), opening: "That night")
        close(cast.hero, feeling: .proud)
        ask(Sentence(.activity(.sleep, .the(animal), in: .the(home)), .past), hiding: .place)
    }

    /// "Q: Who has the ball? A: Nell." as the scene has it after all that was told.
    private mutating func askWhoHas(_ item: Item) {
        guard random.chance(1, outOf: 2), let holder = scene.holder(of: item) else { return }
        ask(Sentence(.action(.have, .person(holder), item.known)), hiding: .subject)
    }
}
