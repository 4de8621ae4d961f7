import OrreryTokenizers

/// Learns a WordPiece vocabulary from text, as Hugging Face tokenizers' WordPieceTrainer does (version 0.23): merges of
/// pairs, as in byte-pair encoding, of letters that carry "##" where they do not start a word; the vocabulary is kept,
/// the merges are not.
///
/// There the ids of letters that continue words come from the order of a hash table that is another in each run, and so
/// does the choice between equally frequent pairs. Here those letters come in the order of their code points. Where
/// they are given in `specialTokens`, which fixes their ids there too, both libraries learn the same vocabulary.
package struct WordPieceTrainer: Sendable {
    package struct Settings: Sendable {
        /// Pieces in all, special ones and letters included.
        package var vocabularySize = 30_000
        package var minimalFrequency = 0
        /// The first pieces. `[UNK]` is put before them if it is not there.
        package var specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        /// The most letters to have pieces, the most frequent ones; nil keeps all.
        package var alphabetLimit: Int?
        /// Pieces of this many letters or more are not formed, but for those of two.
        package var maximalTokenLength: Int?
        /// How text is read: BERT's normalizer and pre-tokenizer.
        package var reading = WordPieceTokenizer.Settings()

        package init() {}
    }

    package let settings: Settings
    package let resources: TokenizerTrainer.Resources

    /// - Throws: `TokenizerError` naming the setting.
    package init(
        _ settings: Settings = Settings(), resources: TokenizerTrainer.Resources = TokenizerTrainer.Resources()
    ) throws {
        try resources.validate()
        guard (1 ... 1 << 24).contains(settings.vocabularySize) else {
            throw TokenizerError.invalid("vocabulary size: expected 1 to \(1 << 24), found \(settings.vocabularySize)")
        }
        guard settings.minimalFrequency >= 0 else {
            throw TokenizerError.invalid("minimal frequency: expected 0 or more, found \(settings.minimalFrequency)")
        }
        for (name, value) in [
            ("alphabet limit", settings.alphabetLimit), ("maximal token length", settings.maximalTokenLength),
        ] {
            if let value, value < 1 { throw TokenizerError.invalid("\(name): expected at least 1, found \(value)") }
        }
        var settings = settings
        if !settings.specialTokens.contains("[UNK]") { settings.specialTokens.insert("[UNK]", at: 0) }
        try AddedTokens.validateNew(settings.specialTokens)
        (self.settings, self.resources) = (settings, resources)
    }

    /// - Throws: `TokenizerError` or `FileError` about the corpus, or what `report` throws.
    package func train(
        on corpus: TrainingCorpus, report: @escaping TokenizerTrainer.ProgressHandler = { _ in }
    ) throws -> (tokenizer: WordPieceTokenizer, report: TokenizerTrainer.Report) {
        var clock = TrainingClock()
        let reading = settings.reading
        let counting = WordCounting(threads: resources.threads, memoryLimit: resources.wordMemory, report: report)
        // A line break always ends a word.
        let table = try counting.count(corpus, cutting: .lines) { text, piece, tally in
            reading.forEachWord(of: UnsafeBufferPointer(rebasing: text[piece])) { tally.table.add($0) }
        }
        var result = TokenizerTrainer.Report(
            bytes: corpus.byteCount, words: table.count, forgottenWords: table.dropped.words)
        result.countingSeconds = clock.lap()

        let alphabet = CharacterAlphabet(
            of: table, specialTokens: settings.specialTokens, limit: settings.alphabetLimit,
            continuingPrefix: settings.reading.continuingPrefix)
        let size = settings.vocabularySize
        guard alphabet.texts.count <= size else {
            throw TokenizerError.invalid(
                "vocabulary size \(size) has no room for \(alphabet.texts.count) letters and special tokens; expected a larger one"
            )
        }
        let (words, single) = try alphabet.symbolWords(of: table)
        let prefix = Array(settings.reading.continuingPrefix.utf8)
        let policy = HuggingFaceMerging(
            alphabet.texts, maximalLength: settings.maximalTokenLength, continuingPrefix: prefix)
        var learner = MergeLearner(words, policy: policy)
        let first = policy.count
        try learner.learn(vocabularySize: size, minimalFrequency: settings.minimalFrequency) { count in
            if count & 63 == 0 {
                try report(TokenizerTrainer.Progress(stage: .merging, completed: count - first, total: size - first))
            }
        }
        result.tokens = words.tokenCount + single
        result.learningSeconds = clock.lap()
        return (try tokenizer(learner.policy.texts), result)
    }

    private func tokenizer(_ texts: TokenTexts) throws -> WordPieceTokenizer {
        let added = settings.specialTokens.enumerated().filter { !$1.hasPrefix(settings.reading.continuingPrefix) }
            .map { AddedToken(id: TokenID($0), content: $1) }
        let tokens = try AddedTokens(added)
        func id(_ content: String) -> [TokenID] { tokens.id(forContent: Array(content.utf8)).map { [$0] } ?? [] }
        return try WordPieceTokenizer(
            PieceTable(texts.texts), addedTokens: tokens, unknown: "[UNK]", frame: (id("[CLS]"), id("[SEP]")),
            settings: settings.reading)
    }
}
