import OrreryTokenizers
import Synchronization

/// The lines of a corpus that sentencepiece's trainers leave out: those of more bytes than `longestLine`, and those
/// with "▅", which stands for what is unknown.
///
/// They are part of the text all the same, so they are counted in tokens of the finished vocabulary.
struct SkippedLines: Sendable, Hashable {
    var lines = 0
    var bytes = 0
    var tokens = 0

    /// - Throws: `TokenizerError` or `FileError` about the corpus.
    init(
        of corpus: TrainingCorpus, _ settings: SentencePieceTraining, _ tokenizer: SentencePieceTokenizer, threads: Int
    ) throws {
        let sum = Mutex((lines: 0, bytes: 0, tokens: 0))
        let reading = WordCounting(threads: threads, memoryLimit: 1 << 20) { _ in }
        _ = try reading.count(corpus, cutting: .lines) { text, piece, _ in
            let piece = UnsafeBufferPointer(rebasing: text[piece])
            var start = 0
            while start < piece.count {
                let length = UnsafeBufferPointer(rebasing: piece[start...]).endOfLine
                let end = piece[start + length - 1] == 0x0A ? start + length - 1 : start + length
                let line = UnsafeBufferPointer(rebasing: piece[start ..< end])
                start += length
                guard line.count > settings.longestLine || line.holdsUnknown else { continue }
                var encoding = Encoding(recordsByteRanges: false)
                try tokenizer.encode(
                    line, options: EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false),
                    into: &encoding)
                sum.withLock { $0 = ($0.lines + 1, $0.bytes + line.count, $0.tokens + encoding.ids.count) }
            }
        }
        (lines, bytes, tokens) = sum.withLock { $0 }
    }
}

extension TokenizerTrainer.Report {
    /// Adds lines that were left out.
    mutating func add(_ skipped: SkippedLines) {
        tokens += skipped.tokens
        (skippedLines, skippedBytes) = (skipped.lines, skipped.bytes)
    }
}
