import OrreryDemo
import Testing

@Suite struct QuestionTests {
    /// Every question of the corpus, read by somebody who knows the text and nothing else, has the answer that is
    /// given.
    @Test func answersFollowFromTheText() {
        var count = 0
        for document in documents(.questions) {
            let lines = document.text.split(separator: "\n")
            let reader = Reader(passage: lines[0])
            for (question, answer) in zip(lines.dropFirst(), lines.dropFirst(2)) where question.hasPrefix("Q: ") {
                let found = reader.answer(question.dropFirst(3))
                #expect(found?.capitalizedFirst == String(answer.dropFirst(3).dropLast()), "\(document.text)")
                count += 1
            }
        }
        #expect(count > 500)
    }

    @Test func theWeatherIsAsItWas() {
        var count = 0, denied = 0
        for document in documents(.weather) {
            for match in document.text.matches(of: /Q: How was the weather in (\w+) on (\w+)\?\nA: (\w+)\./) {
                #expect(
                    document.text.contains("On \(match.2) it was \(match.3.lowercased()) in \(match.1)."),
                    "\(document.text)")
                count += 1
            }
            for match in document.text.matches(of: /Q: Was it (\w+) in (\w+) on (\w+)\?\nA: (\w+)\./) {
                let wasSo = document.text.contains("On \(match.3) it was \(match.1) in \(match.2).")
                #expect((match.4 == "Yes") == wasSo, "\(document.text)")
                count += 1
                if !wasSo { denied += 1 }
            }
        }
        #expect(count > 75 && denied > 5)
    }

    /// Whoever was last given the thing in the story has it at the end. ("to his aunt" is followed by way of the
    /// introductions.)
    @Test func storiesRememberWhoHasWhat() {
        var named = 0, related = 0
        for document in documents(.story) {
            guard let asked = document.text.firstMatch(of: /Q: Who has the (\w+)\?\nA: (\w+)\./) else { continue }
            let gifts = document.text.matches(of: /gave (?:the|an?)(?: \w+)? (\w+) to (?:(his|her) )?(\w+)\./).filter {
                $0.1 == asked.1
            }
            guard let last = gifts.last else {
                Issue.record("nobody gave the \(asked.1): \(document.text)")
                continue
            }
            if last.2 == nil {
                #expect(last.3 == asked.2, "\(document.text)")
                named += 1
            } else {
                let cast = document.text.matches(of: /named (\w+)/).map(\.1)
                #expect(cast.contains(asked.2), "\(document.text)")
                related += 1
            }
        }
        #expect(named > 25 && related > 25)
    }

    @Test func pairsAreReadyForTuning() {
        let pairs = Array(DemoCorpus().questionAnswers().prefix(2_000))
        #expect(pairs == Array(DemoCorpus().questionAnswers().prefix(2_000)))
        #expect(Set(pairs.map(\.prompt)).count > 1_500)
        for pair in pairs {
            #expect(
                pair.question.last == "?" && pair.answer.last == "." && pair.prompt.hasSuffix("Q: \(pair.question)\nA:")
            )
        }
    }
}
