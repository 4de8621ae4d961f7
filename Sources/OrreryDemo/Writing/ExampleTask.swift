/// A rule that is never named in full: it is shown by pairs, and the reader is to find the next.
struct ExampleTask {
    /// What a document may say above its examples.
    let title: String
    let pairs: [(String, String)]

    /// The tasks whose pairs are the words of this world.
    static let all: [ExampleTask] =
        [
            ExampleTask(title: "Say the opposite", pairs: opposites + opposites.map { ($1, $0) }),
            ExampleTask(title: "Say it of many", pairs: nouns.map { ($0.english, $0.plural) }),
            ExampleTask(title: "Say it of one", pairs: nouns.map { ($0.plural, $0.english) }),
            ExampleTask(title: "Say it of her", pairs: roles.map { ($0.english(.masculine), $0.english(.feminine)) }),
            ExampleTask(title: "Say it of him", pairs: roles.map { ($0.english(.feminine), $0.english(.masculine)) }),
            ExampleTask(title: "Say it of yesterday", pairs: verbs.map { ($0.base, $0.past) }),
            ExampleTask(title: "Say it in Moonish", pairs: dictionary),
            ExampleTask(title: "Say it in English", pairs: dictionary.map { ($1, $0) }),
            ExampleTask(title: "Say it in words", pairs: numerals.enumerated().map { ("\($0)", $1) }),
            ExampleTask(title: "Say the first letter", pairs: words.map { ($0, String($0.prefix(1))) }),
            ExampleTask(title: "Say the last letter", pairs: words.map { ($0, String($0.suffix(1))) }),
            ExampleTask(title: "Say it again", pairs: words.map { ($0, "\($0) \($0)") }),
            ExampleTask(
                title: "Say the next letter", pairs: zip(letters, letters.dropFirst()).map { (String($0), String($1)) }),
            ExampleTask(title: "Double it", pairs: (0 ... 9).map { ("\($0)", "\(2 * $0)") }),
        ]
        + (1 ... 3).map { step in
            ExampleTask(title: "Add \(step)", pairs: (0 ... 9).map { ("\($0)", "\($0 + step)") })
        }

    private static let opposites = [
        ("big", "small"), ("hot", "cold"), ("up", "down"), ("old", "new"), ("day", "night"), ("happy", "sad"),
        ("open", "closed"), ("wet", "dry"), ("in", "out"), ("yes", "no"), ("fast", "slow"), ("first", "last"),
    ]
    private static let nouns = Noun.things + Noun.animals + Noun.places
    private static let roles = Role.allCases
    private static let verbs = Verb.acquiring + Verb.regarding + Verb.moving + Verb.dwelling + [.give, .have, .lose]
    private static let words = (Noun.things + Noun.animals).map(\.english) + Adjective.colors.map(\.english)
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz")
    private static let numerals = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ]
    private static let dictionary =
        roles.flatMap { role in
            Gender.allCases.map { (role.english($0), role.moonish($0)) }
        } + nouns.map { ($0.english, $0.moonish) }
        + (Adjective.colors + Adjective.sizes).map { ($0.english, $0.moonish) }
}
