import OrreryRandom

/// The program of the story that the explanations tell: something is found at the top, other things are done, and a
/// field of what was found is given back at the bottom.
///
///     def name_of(user_id):
///         user = repo.find(user_id)
///         ... other logic ...
///         return user.name
struct RecordProgram {
    static func program(fillerLines: Int, random: inout SplitMix64) -> Program {
        let (noun, fields) = random.pick([
            ("user", ["name", "home"]), ("book", ["title", "owner"]), ("item", ["name", "color"]),
            ("city", ["name", "king"]),
            ("city", ["name", "queen"]),
        ])
        let identifiers = random.sample(2, of: Array(1 ... 9))
        let repository = identifiers.map { identifier in
            [Value.Field("id", .number(identifier))]
                + fields.map { Value.Field($0, .text(value(of: $0, of: noun, &random))) }
        }
        let field = random.pick(fields), key = "\(noun)_id"
        let function = random.pick(["\(field)_of", "get_\(field)", "find_\(field)"])
        var filler = Filler(avoiding: noun)
        let body: [Statement] =
            [.assign(noun, .method("repo", "find", [.name(key)]))]
            + filler.statements(lines: fillerLines, random: &random)
            + [.giveBack(.field(.name(noun), field))]
        return Program(
            statements: [
                .define(function, [key], body),
                .print(.call(function, [.number(random.pick(identifiers))])),
            ],
            repository: repository)
    }

    private static func value(of field: String, of noun: String, _ random: inout SplitMix64) -> String {
        switch (noun, field) {
        case ("user", "name"), ("book", "owner"): random.pick(Person.names(random.pick(Gender.allCases)))
        case (_, "king"): random.pick(Person.names(.masculine))
        case (_, "queen"): random.pick(Person.names(.feminine))
        case ("item", "name"): random.pick(Noun.things).english
        case (_, "color"): random.pick(Adjective.colors).english
        case (_, "title"): "The \(random.pick(Adjective.colors).english) \(random.pick(Noun.animals).english)"
        default: random.pick(Realm.all).name
        }
    }
}
