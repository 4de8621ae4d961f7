import OrreryRandom

/// A sentence with an ambiguous word, what the word means in it, and then the same for its other meaning or for another
/// word.
struct TwoMeaningsWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        let word = random.pick(TwoMeanings.all)
        let both = random.shuffled(word.meanings)
        let lines: [String] =
            if random.chance(2, outOf: 3) {
                both.map { meaning in
                    "\(sentence(meaning, &random)) Here \(word.word) is \(meaning.gloss)."
                }
            } else {
                [sentence(both[0], &random)] + question(word, both[0]).lines
                    + [sentence(both[1], &random)] + question(word, both[1]).lines
            }
        return DemoDocument(.twoMeanings, lines: lines)
    }

    static func questionAnswer(random: inout SplitMix64) -> QuestionAnswer {
        let word = random.pick(TwoMeanings.all)
        let meaning = random.pick(word.meanings)
        let question = question(word, meaning)
        return QuestionAnswer(
            passage: sentence(meaning, &random), question: question.question, answer: question.answer)
    }

    private static func question(_ word: TwoMeanings, _ meaning: TwoMeanings.Meaning) -> QuestionAnswer {
        QuestionAnswer(
            passage: "", question: "What is \(word.word) here?", answer: meaning.gloss.capitalizedFirst + ".")
    }

    private static func sentence(_ meaning: TwoMeanings.Meaning, _ random: inout SplitMix64) -> String {
        let name = random.pick(Person.names(random.pick(Gender.allCases)))
        let place = random.pick(Noun.places).english
        return random.pick(meaning.sentences).split(separator: " ", omittingEmptySubsequences: false)
            .map { word in
                let end = word.last == "." ? "." : ""
                return switch word.dropLast(end.count) {
                case "NAME": name + end
                case "PLACE": place + end
                default: String(word)
                }
            }
            .joined(separator: " ")
    }
}
