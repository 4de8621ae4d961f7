import OrreryRandom

extension DemoCorpus {
    /// Questions with their answers, without end: for supervised tuning, and with a seed of their own for evaluation.
    /// They are drawn apart from `documents()`, so the same seed does not repeat the questions that the text itself
    /// holds.
    public func questionAnswers() -> some Sequence<QuestionAnswer> & Sendable {
        let seed = ~seed
        return DemoStream { index in
            var random = SplitMix64(seed: seed, stream: UInt64(index))
            return switch random.next(below: 8) {
            case 0: ArithmeticWriter.questionAnswer(random: &random)
            case 1: WeatherWriter.questionAnswer(random: &random)
            case 2: TwoMeaningsWriter.questionAnswer(random: &random)
            case 3: CraftWriter.questionAnswer(random: &random)
            default: QuestionWriter.questionAnswer(random: &random)
            }
        }
    }

    /// "How much is ...?" for the additions up to 10 + 10 that no seed ever writes as a sum, in order: a test of
    /// adding.
    public static var heldOutSums: [QuestionAnswer] {
        (0 ... 10).flatMap { left in (0 ... 10).map { Sum(left: left, right: $0, operation: .plus) } }
            .filter(\.isHeldOut)
            .map(ArithmeticWriter.question)
    }

    /// Sentences and questions in both languages, without end; drawn apart from `documents()` as well.
    public func translations() -> some Sequence<Translation> & Sendable {
        let seed = ~seed
        return DemoStream { index in
            var random = SplitMix64(seed: seed, stream: UInt64(index) | 1 << 63)
            return TranslationWriter.translation(random: &random)
        }
    }

    /// Programs in Python, without end.
    package func programs() -> some Sequence<Program> & Sendable {
        let seed = ~seed
        return DemoStream { index in
            var random = SplitMix64(seed: seed, stream: UInt64(index) | 1 << 62)
            return ProgramWriter.program(random: &random)
        }
    }
}
