import OrreryDemo
import OrreryRandom
import Testing

@Suite struct DeterminismTests {
    @Test func aSeedIsATextForEver() {
        let start = String(DemoCorpus(seed: 1).text(minimumBytes: 100_000).prefix(100_000))
        #expect(
            checksum(start) == 6_718_779_564_775_557_305,
            "the text of seed 1 has changed, and so will models trained on it")
    }

    @Test func twoCallsAgree() {
        #expect(DemoCorpus(seed: 7).text(minimumBytes: 50_000) == DemoCorpus(seed: 7).text(minimumBytes: 50_000))
    }

    @Test func otherSeedsAreOtherTexts() {
        let texts = (0 ..< 20).map { DemoCorpus(seed: $0).text(minimumBytes: 2_000) }
        #expect(Set(texts).count == texts.count)
    }

    @Test func aDocumentDoesNotDependOnThoseBefore() {
        let corpus = DemoCorpus(seed: 3)
        #expect(Array(corpus.documents().prefix(50)) == (0 ..< 50).map(corpus.document(at:)))
    }

    @Test func aLongerTextBeginsWithTheShorter() {
        let corpus = DemoCorpus()
        #expect(corpus.text(minimumBytes: 9_000).hasPrefix(corpus.text(minimumBytes: 3_000)))
    }

    /// The first outputs of Vigna's splitmix64.c for the seed 1234567.
    @Test func theGeneratorIsSplitMix64() {
        var random = SplitMix64(seed: 1_234_567)
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(published.map { _ in random.next() } == published)
    }
}
