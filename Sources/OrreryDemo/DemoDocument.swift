/// One small text of the corpus. It has no blank line inside, so that a blank line can separate it from the next.
public struct DemoDocument: Sendable, Equatable {
    /// What a document is about, and so what a model can learn from it.
    public enum Kind: String, CaseIterable, Sendable {
        /// A tale: people, things that change hands, places.
        case story
        /// What kings, queens, men and women are and do, in the same words for both genders.
        case portrait
        /// A few statements, then questions that they answer.
        case questions
        /// The weather, day by day, and questions about it.
        case weather
        /// Sums, and small problems in words.
        case arithmetic
        /// A short program and what it prints.
        case program
        /// Talk about programs: functions and methods, arrays and lists, languages, servers that crashed.
        case craft
        /// A task shown by examples: a pattern, then a new case.
        case examples
        /// Words with two meanings, told apart by what is around them.
        case twoMeanings
        /// The same sentences in English and in Moonish.
        case translation
    }

    public let kind: Kind
    public let text: String

    package init(_ kind: Kind, lines: [String]) {
        self.kind = kind
        self.text = lines.joined(separator: "\n")
    }
}
