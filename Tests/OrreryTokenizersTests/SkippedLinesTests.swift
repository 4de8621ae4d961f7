import OrreryTokenizerTraining
import OrreryTokenizers
import Testing

/// Lines that sentencepiece's trainers leave out are said, and are part of the text's tokens.
@Suite struct SkippedLinesTests {
    @Test(arguments: [TokenizerTrainer.Kind.sentencePieceBPE, .unigram])
    func areCounted(kind: TokenizerTrainer.Kind) throws {
        let ordinary = String(repeating: "hello world hello there\n", count: 50)
        let long = String(repeating: "hello there ", count: 400), marked = "hello \u{2585} world"
        func result(_ text: String) throws -> TokenizerTrainer.Result {
            var trainer = TokenizerTrainer(kind)
            trainer.vocabularySize = kind == .unigram ? 13 : 26
            return try Array(text.utf8).withUnsafeBufferPointer { try trainer.train(on: TrainingCorpus($0)) }
        }
        let (plain, both) = (try result(ordinary), try result(ordinary + long + "\n" + marked + "\n"))
        #expect(plain.report.skippedLines == 0 && plain.report.skippedBytes == 0)
        #expect(both.report.skippedLines == 2 && both.report.skippedBytes == long.utf8.count + marked.utf8.count)
        let skipped = try both.tokenizer.encode(long).count + both.tokenizer.encode(marked).count
        #expect(both.report.tokens == plain.report.tokens + skipped)
    }
}
