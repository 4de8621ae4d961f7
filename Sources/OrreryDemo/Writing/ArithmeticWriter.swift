import OrreryRandom

/// A sum small enough to do on the fingers.
package struct Sum: Equatable, Sendable {
    package enum Operation: String, CaseIterable, Sendable { case plus = "+", minus = "-", times = "*" }

    package let left, right: Int
    package let operation: Operation

    package var result: Int {
        switch operation {
        case .plus: left + right
        case .minus: left - right
        case .times: left * right
        }
    }

    package var words: String { "\(left) \(operation.rawValue) \(right)" }

    /// About a tenth of all sums, the same for every seed, which the corpus never writes as a sum, a question or a
    /// story of counting: whoever gets them right has not learned them by heart. (Programs and "Add 3: 4 -> 7" do meet
    /// the same numbers in other forms.)
    package var isHeldOut: Bool { (7 * left + 3 * right) % 11 == 4 }

    package static func random(_ random: inout SplitMix64) -> Sum {
        while true {
            let sum = any(&random)
            if !sum.isHeldOut { return sum }
        }
    }

    private static func any(_ random: inout SplitMix64) -> Sum {
        switch random.pick(weighted: [(Operation.plus, weight: 4), (.minus, weight: 3), (.times, weight: 2)]) {
        case .plus: return Sum(left: random.number(in: 0 ... 10), right: random.number(in: 0 ... 10), operation: .plus)
        case .minus:
            let right = random.number(in: 0 ... 10)
            return Sum(left: right + random.number(in: 0 ... 10), right: right, operation: .minus)
        case .times: return Sum(left: random.number(in: 1 ... 5), right: random.number(in: 1 ... 5), operation: .times)
        }
    }
}

/// Sums as lines, as questions, and as small stories about counting.
struct ArithmeticWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let lines: [String] =
            switch random.next(below: 3) {
            case 0: (0 ..< 6).map { _ in line(random: &random) }
            case 1: (0 ..< 3).flatMap { _ in sumQuestion(random: &random).lines }
            default: problem(random: &random)
            }
        return DemoDocument(.arithmetic, lines: lines)
    }

    static func questionAnswer(random: inout SplitMix64) -> QuestionAnswer {
        if random.chance(1, outOf: 2) { return sumQuestion(random: &random) }
        return countingQuestion(random: &random)
    }

    private static func line(random: inout SplitMix64) -> String {
        let sum = Sum.random(&random)
        return "\(sum.words) = \(sum.result)"
    }

    private static func sumQuestion(random: inout SplitMix64) -> QuestionAnswer {
        question(Sum.random(&random))
    }

    static func question(_ sum: Sum) -> QuestionAnswer {
        QuestionAnswer(passage: "", question: "How much is \(sum.words)?", answer: "\(sum.result).")
    }

    private static func problem(random: inout SplitMix64) -> [String] {
        let question = countingQuestion(random: &random)
        return [question.passage] + question.lines
    }

    /// "Tom has 3 apples. Nell gives him 4 apples. Q: How many apples does Tom have? A: 7."
    private static func countingQuestion(random: inout SplitMix64) -> QuestionAnswer {
        let people = random.sample(2, of: Family(royal: false, random: &random).members)
        let (owner, other) = (people[0].name, people[1].name)
        let pronoun = people[0].gender.objectPronoun
        let noun = random.pick(Noun.things)
        let english = English()
        func counted(_ count: Int) -> String { english.phrase(.count(count, noun)) }

        var sum = Sum.random(&random)
        while sum.operation == .times || sum.right == 0 || sum.left == 0 { sum = Sum.random(&random) }
        let change =
            sum.operation == .plus
            ? "\(other) gives \(pronoun) \(counted(sum.right))."
            : "\(owner) gives \(counted(sum.right)) to \(other)."
        return QuestionAnswer(
            passage: "\(owner) has \(counted(sum.left)). \(change)",
            question: "How many \(noun.plural) does \(owner) have now?",
            answer: "\(sum.result).")
    }
}
