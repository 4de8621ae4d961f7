import OrreryDemo
import Testing

/// What the later explanations need from the words: pairs that stand in the same places equally often.
@Suite struct VocabularyTests {
    static let counts = Dictionary(
        corpusText.lowercased().split { !$0.isLetter }.map { (String($0), 1) }, uniquingKeysWith: +)

    @Test(arguments: [
        ("man", "woman"), ("king", "queen"), ("prince", "princess"), ("boy", "girl"), ("duke", "duchess"),
        ("father", "mother"), ("son", "daughter"), ("brother", "sister"), ("uncle", "aunt"), ("nephew", "niece"),
        ("husband", "wife"), ("he", "she"), ("function", "method"), ("array", "list"), ("python", "javascript"),
        ("rust", "swift"),
    ])
    func pairsAreBalanced(first: String, second: String) {
        let (one, other) = (Self.counts[first] ?? 0, Self.counts[second] ?? 0)
        #expect(min(one, other) >= 100, "\(first) \(one), \(second) \(other)")
        #expect(max(one, other) <= 2 * min(one, other), "\(first) \(one), \(second) \(other)")
    }

    @Test func theWorldIsSmall() {
        #expect(Self.counts.count < 800)
    }

    /// The words after "king" are the words after "queen" but for he and she, which is what makes their difference man
    /// - woman.
    @Test func kingAndQueenKeepTheSameCompany() {
        let pairs =
            Role.allCases.map { ($0.english(.feminine), $0.english(.masculine)) } + [("she", "he"), ("her", "his")]
        let neutral = Dictionary(uniqueKeysWithValues: pairs)
        func company(_ word: String) -> [String: Double] {
            var found: [String: Double] = [:]
            for document in documents(.portrait) {
                let words = document.text.lowercased().split { !$0.isLetter }.map(String.init)
                for (index, next) in zip(words.indices, words.dropFirst()) where words[index] == word {
                    found[neutral[next] ?? next, default: 0] += 1
                }
            }
            return found
        }
        func cosine(_ one: [String: Double], _ other: [String: Double]) -> Double {
            func dot(_ a: [String: Double], _ b: [String: Double]) -> Double {
                a.reduce(0) { $0 + $1.value * (b[$1.key] ?? 0) }
            }
            return dot(one, other) / (dot(one, one) * dot(other, other)).squareRoot()
        }
        #expect(cosine(company("king"), company("queen")) > 0.9)
        #expect(cosine(company("man"), company("woman")) > 0.9)
    }

    @Test func wordsWithTwoMeaningsHaveBoth() {
        let text = documents(.twoMeanings).map(\.text).joined(separator: "\n")
        for (word, meanings) in [
            ("rust", ["a language", "red dust on iron"]), ("python", ["a language", "a snake"]),
            ("swift", ["a language", "a bird"]),
            ("bank", ["a house for money", "the side of a river"]),
            ("bark", ["the skin of a tree", "the voice of a dog"]),
        ] {
            for meaning in meanings {
                #expect(text.ranges(of: "Here \(word) is \(meaning).").count >= 2, "\(word): \(meaning)")
            }
        }
    }
}
