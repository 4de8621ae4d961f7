import OrreryTokenizers

/// Learns a vocabulary of whole words: the most frequent ones, as Hugging Face tokenizers' WordLevelTrainer does behind
/// its Whitespace pre-tokenizer (`\w+|[^\w\s]+`).
package struct WordLevelTrainer: Sendable {
    package let vocabularySize: Int
    package let minimalFrequency: Int
    /// The first tokens. `[UNK]` is put before them if it is not there.
    package let specialTokens: [String]
    package let resources: TokenizerTrainer.Resources

    private static let unknown = "[UNK]"

    /// - Throws: `TokenizerError` naming the setting.
    package init(
        vocabularySize: Int, minimalFrequency: Int = 0, specialTokens: [String] = [],
        resources: TokenizerTrainer.Resources = TokenizerTrainer.Resources()
    ) throws {
        try resources.validate()
        let specialTokens = specialTokens.contains(Self.unknown) ? specialTokens : [Self.unknown] + specialTokens
        try AddedTokens.validateNew(specialTokens)
        guard (specialTokens.count ... Vocabulary.maximalID + 1).contains(vocabularySize) else {
            throw TokenizerError.invalid(
                "vocabulary size: expected \(specialTokens.count) to \(Vocabulary.maximalID + 1), found \(vocabularySize)"
            )
        }
        guard minimalFrequency >= 0 else {
            throw TokenizerError.invalid("minimal frequency: expected 0 or more, found \(minimalFrequency)")
        }
        (self.vocabularySize, self.minimalFrequency, self.specialTokens, self.resources) = (
            vocabularySize, minimalFrequency, specialTokens, resources
        )
    }

    /// - Throws: `TokenizerError` or `FileError` about the corpus, or what `report` throws.
    package func train(
        on corpus: TrainingCorpus, report: @escaping TokenizerTrainer.ProgressHandler = { _ in }
    ) throws -> (tokenizer: PipelineTokenizer, report: TokenizerTrainer.Report) {
        var clock = TrainingClock()
        let counting = WordCounting(threads: resources.threads, memoryLimit: resources.wordMemory, report: report)
        // A line break is in no word.
        let table = try counting.count(corpus, cutting: .lines) { text, piece, tally in
            var start = piece.lowerBound
            while start < piece.upperBound {
                let rest = UnsafeBufferPointer(rebasing: text[start ..< piece.upperBound])
                let length = rest.endOfLine
                try Self.addWords(of: UnsafeBufferPointer(rebasing: rest[..<length]), to: tally.table)
                start += length
            }
        }
        var result = TokenizerTrainer.Report(
            bytes: corpus.byteCount, words: table.count, forgottenWords: table.dropped.words)
        result.countingSeconds = clock.lap()

        var words: [(text: [UInt8], count: Int)] = []
        table.forEach { words.append((Array($0), $1)) }
        result.tokens = words.reduce(0) { $0 + $1.count }
        words.sort { $0.count != $1.count ? $0.count > $1.count : $0.text.lexicographicallyPrecedes($1.text) }
        let kept = words.prefix { $0.count >= minimalFrequency }.map { String(decoding: $0.text, as: UTF8.self) }
        let special = Set(specialTokens)
        let pieces = (specialTokens + kept.filter { !special.contains($0) }).prefix(vocabularySize)
        let tokenizer = try PipelineTokenizer(
            preTokenizer: .whitespace,
            model: .wordLevel(WordLevel(Vocabulary(pieces.enumerated().map { ($1, $0) }), unkToken: Self.unknown)),
            addedTokens: specialTokens.enumerated().map { AddedToken(id: TokenID($0), content: $1) })
        result.learningSeconds = clock.lap()
        return (tokenizer, result)
    }

    private static func addWords(of line: UnsafeBufferPointer<UInt8>, to table: WordTable) throws {
        guard line.count < Int(Int32.max) / 4 else {
            throw TokenizerError.invalid("a line has \(line.count) bytes; expected less than 512 MB")
        }
        try PreTokenizer.whitespace.forEachWord(of: line) { table.add($0) }
    }
}
