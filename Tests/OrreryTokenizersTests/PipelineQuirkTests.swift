import OrreryTokenizers
import Testing

/// Where Hugging Face tokenizers does what one would not guess; each was seen by scripts/compare/compare_pipeline.py.
@Suite struct PipelineQuirkTests {
    /// Characters without a token are left out, and those on both sides merge: also in a word that is long enough to be
    /// cut.
    @Test func neighboursOfWhatIsLeftOutMerge() throws {
        let vocabulary = try Vocabulary([("a", 0), ("b", 1), ("ab", 2)])
        let tokenizer = try PipelineTokenizer(model: .bpe(BPE(vocabulary, merges: [("a", "b")])))
        #expect(try tokenizer.encode(String(repeating: "a漢b", count: 100)) == [TokenID](repeating: 2, count: 100))
        #expect(try tokenizer.encode("a漢b") == [2])
    }

    /// A merge that was possible once is made later, out of turn, if what stands there by then becomes the same id:
    /// where two texts have one. "a" and "bc" become 5 before "bc" and "d" become 6, because "a" and "b" would have.
    @Test func mergeThatWasPossibleOnceIsMade() throws {
        let entries = [("a", 0), ("b", 1), ("c", 2), ("d", 3), ("bc", 4), ("ab", 5), ("abc", 5), ("bcd", 6)]
        let merges = [("b", "c"), ("a", "b"), ("bc", "d"), ("a", "bc")]
        let tokenizer = try PipelineTokenizer(model: .bpe(BPE(Vocabulary(entries), merges: merges)))
        #expect(try tokenizer.encode("abcd") == [5, 3])
        #expect(try tokenizer.encode(String(repeating: "abcd", count: 50)) == (0 ..< 50).flatMap { _ in [5, 3] })
    }

    /// Six numbers of Latin-1 are `\w` by themselves and not in a class, so that they go on with either alternative.
    @Test(arguments: [#"\w+|[^\w\s]+"#, #"(?:\w+|[^\w\s]+)"#]) func numbersOfLatin1AreWordsOutsideClasses(
        regex: String
    ) throws {
        let words = ["®¾", "ð", "é½é", "¿½<", "a²"]
        let split = Split(try TextPattern(.regex(regex)), behavior: .isolated)
        let vocabulary = try Vocabulary(words.enumerated().map { ($1, $0) })
        let tokenizer = try PipelineTokenizer(preTokenizer: .split(split), model: .wordLevel(WordLevel(vocabulary)))
        #expect(try tokenizer.encode("®¾ð") == [0, 1])
        #expect(try tokenizer.encode("é½é") == [2])
        #expect(try tokenizer.encode("¿½<a²") == [3, 4])
    }
}
