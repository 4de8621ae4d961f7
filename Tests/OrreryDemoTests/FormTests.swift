import OrreryDemo
import Testing

@Suite struct FormTests {
    @Test func theCharactersAreFew() {
        let characters = Set(corpusText)
        #expect(characters.count < 80)
        #expect(corpusText.utf8.allSatisfy { $0 < 128 })
    }

    @Test func theTextIsAsLongAsAsked() {
        for wanted in [0, 1, 5_000] {
            let count = DemoCorpus().text(minimumBytes: wanted).utf8.count
            #expect(count >= wanted && count < wanted + 3_000)
        }
    }

    @Test func blankLinesStandOnlyBetweenDocuments() {
        let parts = corpusText.dropLast(2).split(
            separator: DemoCorpus.documentSeparator, omittingEmptySubsequences: false)
        #expect(parts.map(String.init) == DemoCorpus().documents().prefix(parts.count).map(\.text))
        #expect(!corpusDocuments.contains { $0.text.contains("\n\n") || $0.text.isEmpty })
    }

    @Test(arguments: DemoDocument.Kind.allCases)
    func everyKindHasItsShare(kind: DemoDocument.Kind) {
        #expect(documents(kind).count > corpusDocuments.count / 50)
    }

    @Test func proseIsSpelledWithCare() {
        for document in corpusDocuments.prefix(1_000) where document.kind != .program && document.kind != .examples {
            for line in document.text.split(separator: "\n") {
                #expect(!line.contains("  ") && !line.hasSuffix(" "), "\(line)")
                #expect(line.firstMatch(of: /\b[Aa] [aeiou]/) == nil, "\(line)")
                #expect(line.firstMatch(of: /\b[Aa]n [b-df-hj-np-tv-z]/) == nil, "\(line)")
                #expect(line.firstMatch(of: /[.?] [a-z]/) == nil, "\(line)")
                #expect(line.firstMatch(of: /\b1 [a-z]+s\b/) == nil, "\(line)")
                if document.kind != .arithmetic {
                    #expect(line.last == "." || line.last == "?", "\(line)")
                }
            }
        }
    }

    /// A prompt is a beginning that the corpus can go on from: all of its words are words of the corpus.
    @Test func thePromptsAreOfThisWorld() {
        let known = Set(corpusText.split { !$0.isLetter })
        #expect((4 ... 6).contains(DemoCorpus.prompts.count))
        for prompt in DemoCorpus.prompts {
            let unknown = prompt.split { !$0.isLetter }.filter { !known.contains($0) }
            #expect(unknown.isEmpty, "\(prompt)")
        }
    }
}
