import OrreryTokenizers

/// Learns a byte-pair vocabulary over characters, as sentencepiece's trainer of model type `bpe` does: words start with
/// their space "▁", pieces keep to one word and one script, rare characters have no piece.
package struct SentencePieceBPETrainer: Sendable {
    package let settings: SentencePieceTraining
    /// Pieces in all.
    package let vocabularySize: Int
    /// Control tokens besides `<unk>`, `<s>` and `</s>`.
    package let specialTokens: [String]
    package let resources: TokenizerTrainer.Resources

    /// - Throws: `TokenizerError` naming the setting.
    package init(
        _ settings: SentencePieceTraining = SentencePieceTraining(), vocabularySize: Int, specialTokens: [String] = [],
        resources: TokenizerTrainer.Resources = TokenizerTrainer.Resources()
    ) throws {
        try resources.validate()
        try settings.validate(vocabularySize: vocabularySize)
        _ = try SentencePieceVocabulary(settings, specialTokens: specialTokens)
        (self.settings, self.vocabularySize, self.specialTokens, self.resources) = (
            settings, vocabularySize, specialTokens, resources
        )
    }

    /// - Throws: `TokenizerError` or `FileError` about the corpus, or what `report` throws.
    package func train(
        on corpus: TrainingCorpus, report: @escaping TokenizerTrainer.ProgressHandler = { _ in }
    ) throws -> (tokenizer: SentencePieceTokenizer, merges: Int, report: TokenizerTrainer.Report) {
        var clock = TrainingClock()
        let (text, dropped) = try PieceWords.reading(
            corpus, settings, specialTokens, marksLineEnds: false, resources, report)
        var result = TokenizerTrainer.Report(bytes: corpus.byteCount, words: text.words.count, forgottenWords: dropped)
        result.countingSeconds = clock.lap()

        let vocabulary = try SentencePieceVocabulary(settings, specialTokens: specialTokens)
        let room = vocabularySize - vocabulary.reservedCount - text.required.count
        guard room >= 0 else { throw text.tooSmall(vocabularySize, reserved: vocabulary.reservedCount) }
        let characters = text.required.map(\.scalar)
        var learner = MergeLearner(
            try text.symbolWords(), policy: SentencePieceMerging(PieceRules(settings), characters: characters))
        try learner.learn(vocabularySize: characters.count + room, minimalFrequency: 1) { count in
            if count & 63 == 0 {
                try report(TokenizerTrainer.Progress(stage: .merging, completed: count - characters.count, total: room))
            }
        }
        let pieces = Array(learner.policy.symbols[characters.count...]) + characters.map { [$0] }
        let model = vocabulary.model(.bpe, pieces.enumerated().map { ($1, -Float($0)) })
        result.learningSeconds = clock.lap()
        let tokenizer = try SentencePieceTokenizer(model)
        result.tokens = text.tokenCount(tokenizer)
        result.add(try SkippedLines(of: corpus, settings, tokenizer, threads: resources.threads))
        return (tokenizer, learner.merges.count, result)
    }
}

extension SentencePieceTraining {
    func validate(vocabularySize: Int) throws {
        try validate()
        guard (1 ... 1 << 24).contains(vocabularySize) else {
            throw TokenizerError.invalid("vocabulary size: expected 1 to \(1 << 24), found \(vocabularySize)")
        }
    }
}

extension PieceWords {
    /// The words of a corpus, and how many were forgotten.
    static func reading(
        _ corpus: TrainingCorpus, _ settings: SentencePieceTraining, _ specialTokens: [String], marksLineEnds: Bool,
        _ resources: TokenizerTrainer.Resources, _ report: @escaping TokenizerTrainer.ProgressHandler
    ) throws -> (words: PieceWords, forgotten: Int) {
        let reader = try PieceWordCounting(settings, specialTokens: specialTokens, marksLineEnds: marksLineEnds)
        let counting = WordCounting(threads: resources.threads, memoryLimit: resources.wordMemory, report: report)
        let table = try counting.count(corpus, cutting: .lines) { text, piece, tally in
            reader.count(UnsafeBufferPointer(rebasing: text[piece]), into: tally.table)
        }
        guard table.count > 0 else {
            throw TokenizerError.invalid(
                "there is no line to train on; expected some of at most \(settings.longestLine) bytes that are not empty"
            )
        }
        let words = PieceWords(table, settings)
        guard !words.required.isEmpty else {
            throw TokenizerError.invalid("there is no character to make pieces of; expected a text with some")
        }
        return (words, table.dropped.words)
    }

    func tooSmall(_ size: Int, reserved: Int) -> TokenizerError {
        .invalid(
            "vocabulary size \(size) has no room for \(required.count) characters and \(reserved) other pieces; expected at least \(required.count + reserved), or a lower character coverage"
        )
    }

    /// The words as symbols, cut where a character is not covered.
    func symbolWords() throws -> SymbolWords {
        let words = SymbolWords(capacity: 1 << 20)
        let ids = Dictionary(uniqueKeysWithValues: required.enumerated().map { ($1.scalar, UInt32($0)) })
        var symbols: [UInt32] = []
        for word in self.words {
            symbols.removeAll(keepingCapacity: true)
            for scalar in word.scalars {
                if let id = ids[scalar] {
                    symbols.append(id)
                } else {
                    try symbols.withUnsafeBufferPointer { try words.append($0, count: word.count) }
                    symbols.removeAll(keepingCapacity: true)
                }
            }
            try symbols.withUnsafeBufferPointer { try words.append($0, count: word.count) }
        }
        return words
    }
}
