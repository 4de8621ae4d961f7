import OrreryRandom

/// Talk about programs. A function and a method, an array and a list, and the languages by name are chosen freely for
/// the same places in the same sentences, so each comes to lie near its like.
struct CraftWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let count = random.number(in: 2 ... 3)
        let sentences = (0 ..< count).map { _ in sentence(random: &random) }
        let lines =
            switch random.next(below: 3) {
            case 0: (0 ..< count).map { _ in crash(random: &random) }
            case 1: authorship(random: &random)
            default: [sentences.joined(separator: " ")]
            }
        return DemoDocument(.craft, lines: lines)
    }

    private static let routines = ["function", "method"]
    private static let sequences = ["array", "list"]
    static let languages = ["python", "javascript", "rust", "swift"]
    private static let contents = ["numbers", "names", "words", "users"]

    private static func sentence(random: inout SplitMix64) -> String {
        let english = English()
        let routine = random.pick(routines), sequence = random.pick(sequences)
        let contents = random.pick(contents), language = random.pick(languages)
        let aSequence = english.with(.a, sequence)
        return random.pick([
            "The \(routine) takes \(aSequence) of \(contents).",
            "The \(routine) returns \(aSequence) of \(contents).",
            "The \(routine) sorts the \(sequence) of \(contents).",
            "In \(language) a \(routine) can return \(aSequence).",
            "In \(language) one can loop over \(aSequence) of \(contents).",
            "Each \(routine) in \(language) has a name.",
            "The first line of the \(routine) makes an empty \(sequence).",
            "The last line of the \(routine) returns the \(sequence).",
            "This \(routine) calls a \(random.pick(routines)) and prints the \(sequence).",
            "The \(sequence) of \(contents) is a variable of the \(routine).",
        ])
    }

    /// The openings have the article's example proportions in mind: after "because" comes "the" first, then "it", "of",
    /// "a", "there".
    private static func crash(random: inout SplitMix64) -> String {
        let routine = random.pick(routines), sequence = random.pick(sequences)
        let cause = random.pick(weighted: [
            (random.pick(["the \(sequence) was empty", "the \(routine) did not return"]), weight: 15),
            (random.pick(["it was out of memory", "it had no \(sequence) of users"]), weight: 12),
            (random.pick(["of an error in the \(routine)", "of an empty \(sequence)"]), weight: 9),
            (random.pick(["a \(routine) had no name", "a variable was not defined"]), weight: 7),
            (random.pick(["there was no user", "there was an error in the \(routine)"]), weight: 4),
        ])
        return "The \(random.pick(["server", "server", "program"])) crashed because \(cause)."
    }

    /// Who wrote what in which language, and questions about it.
    private static func authorship(random: inout SplitMix64) -> [String] {
        let question = questionAnswer(random: &random)
        return [question.passage] + question.lines
    }

    static func questionAnswer(random: inout SplitMix64) -> QuestionAnswer {
        let people = random.sample(2, of: Family(royal: false, random: &random).members)
        let known = random.sample(2, of: languages)
        let statements = zip(people, known).map { person, language in
            "\(person.name) wrote a \(random.pick(routines)) in \(language)."
        }
        let asked = random.next(below: 2)
        return QuestionAnswer(
            passage: statements.joined(separator: " "),
            question: "Which language did \(people[asked].name) use?",
            answer: known[asked] + ".")
    }
}
