import OrreryRandom

/// Documents that can only be predicted by reading them: what comes next follows from the lines above.
struct ExamplesWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let lines =
            switch random.next(below: 8) {
            case 0: madeUpRule(random: &random)
            case 1: repetition(random: &random)
            case 2: analogies(random: &random)
            default: task(random: &random)
            }
        return DemoDocument(.examples, lines: lines)
    }

    private static func task(random: inout SplitMix64) -> [String] {
        let task = random.pick(ExampleTask.all)
        let pairs = random.sample(random.number(in: 4 ... 6), of: task.pairs)
        let title = random.chance(1, outOf: 2) ? [task.title + ":"] : []
        return title + pairs.map { "\($0) -> \($1)" }
    }

    /// A rule that holds in this document alone: every use of a word repeats what it was first paired with.
    private static func madeUpRule(random: inout SplitMix64) -> [String] {
        let words = random.sample(3, of: Noun.things + Noun.animals)
        let meanings = random.sample(3, of: Adjective.colors)
        let pairs = zip(words, meanings).map { "\($0.english) -> \($1.english)" }
        return pairs + random.shuffled(pairs) + random.shuffled(pairs).prefix(1)
    }

    /// A row of words that starts again: the plainest case of induction.
    private static func repetition(random: inout SplitMix64) -> [String] {
        let pool = (Noun.things + Noun.animals).map(\.english) + (0 ... 9).map { "\($0)" }
        let row = random.sample(random.number(in: 3 ... 5), of: pool).joined(separator: " ")
        return Array(repeating: row, count: 3)
    }

    /// "man is to woman as king is to queen"
    private static func analogies(random: inout SplitMix64) -> [String] {
        (0 ..< 2).map { _ in
            let roles = random.sample(2, of: Role.allCases)
            let gender = random.pick(Gender.allCases)
            let (first, second) = (roles[0], roles[1])
            return "\(first.english(gender)) is to \(first.english(gender.other)) as "
                + "\(second.english(gender)) is to \(second.english(gender.other))"
        }
    }
}
