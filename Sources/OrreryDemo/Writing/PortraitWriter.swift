import OrreryRandom

/// What the stations of this world are and do. Whatever is said of a king is said of a queen in the same words, and
/// whatever sets a king apart from a man sets a queen apart from a woman: the crown, the throne, the castle.
struct PortraitWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let roles = random.sample(random.number(in: 1 ... 2), of: Role.stations)
        let lines = roles.map { portrait($0, random.pick(Gender.allCases), &random).joined(separator: " ") }
        return DemoDocument(.portrait, lines: lines + (random.chance(1, outOf: 2) ? [rule(&random)] : []))
    }

    private static func portrait(_ role: Role, _ gender: Gender, _ random: inout SplitMix64) -> [String] {
        let noun = role.english(gender)
        let pronoun = gender.subjectPronoun.capitalizedFirst
        let opening = random.pick(["The \(noun)", "The \(random.pick(character)) \(noun)"])
        let habits = random.shuffled(habits(of: role, gender, &random))
        return ["\(opening) \(habits[0])."] + habits.dropFirst().prefix(3).map { "\(pronoun) \($0)." }
    }

    private static let character = ["good", "kind", "wise", "happy"]

    private static func habits(of role: Role, _ gender: Gender, _ random: inout SplitMix64) -> [String] {
        let kind = (role.isYoung ? Role.child : .adult).english(gender)
        let (his, grown) = (gender.possessivePronoun, (role.isRoyal ? Role.ruler : .adult).english(gender))
        // "The woman is a woman" would say nothing; what a man and a king share is said of the king.
        let shared =
            role.isRoyal ? ["is a \(kind)", "lives in a castle"] : ["lives in a cottage", "walks to the market"]
        // Neither of a pair is always named first: the order would tell king from queen, and that is not what sets them
        // apart.
        let parents = random.shuffled(Gender.allCases).map { "a " + (role.isRoyal ? Role.ruler : .adult).english($0) }
            .joined(separator: " and ")
        let own =
            switch role {
            case .ruler: ["wears a crown", "sits on a throne", "rules the land", "loves \(his) people"]
            case .heir:
                [
                    "wears a small crown", "plays in the castle", "is the child of \(parents)",
                    "will be a \(grown) one day",
                ]
            case .noble: ["wears a ring of gold", "has a black horse", "helps to rule the land", "sits by the throne"]
            case .adult: ["wears a hat", "sits on a bench", "works in the village", "loves \(his) garden"]
            default:
                [
                    "wears a small hat", "plays in the village", "is the child of \(parents)",
                    "will be a \(grown) one day",
                ]
            }
        return shared + own
    }

    /// How the words hang together, said outright.
    private static func rule(_ random: inout SplitMix64) -> String {
        let gender = random.pick(Gender.allCases)
        func word(_ role: Role) -> String { role.english(gender) }
        func other(_ role: Role) -> String { role.english(gender.other) }
        return random.pick([
            "A \(word(.ruler)) is a \(word(.adult)) and a \(other(.ruler)) is a \(other(.adult)).",
            "A \(word(.heir)) is a \(word(.child)) and a \(other(.heir)) is a \(other(.child)).",
            "A \(word(.noble)) is a \(word(.adult)) and a \(other(.noble)) is a \(other(.adult)).",
            "The \(word(.offspring)) of a \(random.pick([word, other])(.ruler)) is a \(word(.heir)).",
            "The \(word(.spouse)) of a \(other(.ruler)) is a \(word(.ruler)).",
            "The \(word(.sibling)) of a \(random.pick([word, other])(.parent)) is \(English().with(.a, word(.parentSibling))).",
            "A \(word(.child)) grows up to be a \(word(.adult)).",
            "A \(word(.heir)) grows up to be a \(word(.ruler)).",
        ])
    }
}
