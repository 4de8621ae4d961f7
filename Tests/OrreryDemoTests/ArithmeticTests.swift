import OrreryDemo
import Testing

@Suite struct ArithmeticTests {
    private func compute(_ left: Substring, _ sign: Substring, _ right: Substring) -> Int? {
        guard let left = Int(left), let right = Int(right) else { return nil }
        return switch sign {
        case "+": left + right
        case "-": left - right
        default: left * right
        }
    }

    @Test func sumsAreRight() {
        let text = documents(.arithmetic).map(\.text).joined(separator: "\n")
        var count = 0
        for match in text.matches(of: /(\d+) ([-+*]) (\d+)(?: = |\?\nA: )(\d+)/) {
            #expect(compute(match.1, match.2, match.3) == Int(match.4), "\(match.0)")
            count += 1
        }
        #expect(count > 150)
    }

    @Test func countingIsRight() {
        var count = 0
        for document in documents(.arithmetic) {
            let given =
                /(\w+) has (\d+) \w+\. \w+ gives h\w+ (\d+) \w+\.\nQ: How many \w+ does (\w+) have now\?\nA: (\d+)\./
            let gave =
                /(\w+) has (\d+) \w+\. (\w+) gives (\d+) \w+ to \w+\.\nQ: How many \w+ does (\w+) have now\?\nA: (\d+)\./
            if let match = document.text.wholeMatch(of: given) {
                #expect(match.1 == match.4)
                #expect(Int(match.2)! + Int(match.3)! == Int(match.5)!, "\(document.text)")
                count += 1
            } else if let match = document.text.wholeMatch(of: gave) {
                #expect(match.1 == match.3 && match.1 == match.5)
                #expect(Int(match.2)! - Int(match.4)! == Int(match.6)!, "\(document.text)")
                count += 1
            }
        }
        #expect(count > 40)
    }

    @Test func heldOutSumsAreNowhere() {
        let heldOut = DemoCorpus.heldOutSums
        #expect(heldOut.count >= 8)
        let asked = DemoCorpus().questionAnswers().prefix(1_000).map(\.question)
        for sum in heldOut {
            #expect(!asked.contains(sum.question))
            let words = sum.question.dropFirst("How much is ".count).dropLast()
            #expect(
                !documents(.arithmetic).contains { $0.text.contains("\n\(words) =") || $0.text.contains(" \(words)?") },
                "\(words)")
        }
    }

    @Test func heldOutAnswersAreRight() {
        for sum in DemoCorpus.heldOutSums {
            let match = sum.question.wholeMatch(of: /How much is (\d+) (\+) (\d+)\?/)!
            #expect(sum.answer == "\(compute(match.1, match.2, match.3)!).")
        }
    }
}
