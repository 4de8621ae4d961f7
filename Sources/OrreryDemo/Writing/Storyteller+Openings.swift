extension Storyteller {
    /// "Once there was a princess named Mia." A home may be given, and otherwise may be told.
    mutating func introduce(_ hero: Person, living home: NounPhrase? = nil) {
        let english = English()
        let station = english.with(.a, hero.station.english(hero.gender))
        if let home {
            write(of: hero, "Once there was \(station) named \(hero.name).")
            return tell(.activity(.live, .person(hero), in: home))
        }
        let home = scene.isRoyal ? "castle" : "cottage"
        let opening = random.pick([
            "Once there was \(station) named \(hero.name).",
            "Once upon a time \(station) named \(hero.name) lived in \(scene.realm.name).",
            "Long ago \(station) named \(hero.name) lived in a \(home) in \(scene.realm.name).",
        ])
        write(of: hero, opening)
    }

    /// "Her father was a king named Tom."
    mutating func introduce(_ relative: Person, of hero: Person) {
        guard let role = scene.family.role(of: relative, to: hero) else { return }
        let english = English()
        let station = english.with(.a, relative.station.english(relative.gender))
        let kin = role.english(relative.gender)
        let isOnly = scene.family.only(role, relative.gender, of: hero) != nil
        write(
            of: hero,
            isOnly
                ? "\(hero.gender.possessivePronoun.capitalizedFirst) \(kin) was \(station) named \(relative.name)."
                : "\(hero.gender.subjectPronoun.capitalizedFirst) had \(english.with(.a, kin)) named \(relative.name).")
    }

    /// "one windy day"
    mutating func someDay() -> String {
        "one \(random.pick(Adjective.weathers).english) \(random.pick(["day", "morning", "evening"]))"
    }

    /// The words for thanks, in the mouth of the one who has been given something.
    mutating func thanks(from receiver: Person, to giver: Person, for item: Item) {
        write(
            random.pick([
                "\"Thank you, \(giver.name),\" said \(receiver.name).",
                "\"I like this \(item.noun.english),\" said \(receiver.name).",
                "\(receiver.name) thanked \(giver.gender.objectPronoun).",
            ]))
    }

    /// How it was in the end.
    mutating func close(_ hero: Person, feeling: Adjective) {
        tell(.quality(.person(hero), feeling))
        if random.chance(1, outOf: 3) {
            write(
                random.pick([
                    "That night the moon was big and all was well.",
                    "And so the day ended in \(scene.realm.name).",
                    "Everybody in \(scene.realm.name) heard about it.",
                ]))
        }
    }
}
