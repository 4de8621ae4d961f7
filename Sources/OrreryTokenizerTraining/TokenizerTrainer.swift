import OrreryTokenizers

/// Learns the vocabulary of a tokenizer from text.
///
/// ```swift
/// var trainer = TokenizerTrainer(.bytePair)
/// trainer.vocabularySize = 8000
/// let tokenizer = try trainer.train(on: TrainingCorpus(files: ["book.txt"])).tokenizer
/// try tokenizer.save(to: "my-tokenizer")
/// ```
///
/// The same text and settings give the same tokenizer, whatever the number of threads. A setting that the kind does not
/// have changes nothing.
public struct TokenizerTrainer: Sendable {
    /// The algorithm that learns the vocabulary, and with it the kind of tokenizer.
    public enum Kind: String, Sendable, CaseIterable {
        /// Byte-level byte-pair encoding, as GPT-2 has it and Hugging Face's BpeTrainer learns it.
        case bytePair = "bpe"
        /// Byte-pair encoding over characters, as sentencepiece learns it.
        case sentencePieceBPE = "sentencepiece-bpe"
        /// A unigram language model over tokens, as sentencepiece learns it (arXiv:1804.10959).
        case unigram
        /// WordPiece, as BERT has it and Hugging Face's WordPieceTrainer learns it.
        case wordPiece = "wordpiece"
        /// The most frequent words, each a token.
        case wordLevel = "wordlevel"

        /// Whether each line is a text of its own, as in sentencepiece, whatever the corpus says.
        package var readsLines: Bool { self == .sentencePieceBPE || self == .unigram }
    }

    /// A trained tokenizer and what is to be said about its training.
    public struct Result: Sendable {
        /// The trained tokenizer, ready to encode.
        public var tokenizer: any Tokenizer
        /// What was read and how long it took.
        public var report: Report
        /// The number of merges that were learnt; nil for kinds that keep none.
        public var mergeCount: Int?
    }

    /// The algorithm that learns the vocabulary.
    public let kind: Kind
    /// The threads and the memory that training may use.
    public let resources: Resources
    /// The number of tokens in all, special ones included. A short text may give fewer.
    public var vocabularySize = 32_000
    /// The special tokens, which no text is split into. For `bytePair` the first one ends a text; `wordPiece` has
    /// BERT's five where this is empty.
    public var specialTokens: [String] = []
    /// What is one text of the corpus, for who makes it.
    package var unit = TrainingCorpus.Unit.document
    /// How often a pair must occur to be merged, or a word to have a token (`bytePair`, `wordPiece`, `wordLevel`).
    public var minimalFrequency = 0
    /// The greatest number of single letters (bytes for `bytePair`) that have a token, the most frequent ones; nil keeps
    /// all (`bytePair`, `wordPiece`).
    public var alphabetLimit: Int?
    /// The length from which on no token is formed, in bytes for `bytePair` and in letters for `wordPiece`; nil sets no
    /// limit.
    public var maximalTokenLength: Int?
    /// How `bytePair` cuts text into words, across which nothing is merged.
    public var pattern = SplitPattern.gpt2
    /// Whether `wordPiece` reads text in lower case and without accents.
    public var lowercases = true
    /// How `sentencePieceBPE` and `unigram` read text, and which tokens they may form.
    public var sentencePiece = SentencePieceTraining()

    /// A trainer with the default settings of its kind.
    public init(_ kind: Kind, resources: Resources = Resources()) {
        self.kind = kind
        self.resources = resources
    }

    /// Checks the settings, as `train` does before it reads anything.
    ///
    /// - Throws: `TokenizerError` naming the setting, what was expected and what was found.
    public func validate() throws {
        switch kind {
        case .bytePair: _ = try BytePairTrainer(bytePairs, resources: resources)
        case .sentencePieceBPE: _ = try sentencePieceBPE()
        case .unigram: _ = try unigram()
        case .wordPiece: _ = try WordPieceTrainer(wordPieces, resources: resources)
        case .wordLevel: _ = try wordLevel()
        }
    }

    /// Learns a tokenizer from a corpus.
    ///
    /// - Parameters:
    ///   - corpus: the text to learn from.
    ///   - report: called now and then with how far the training is; what it throws ends the training.
    /// - Throws: `TokenizerError` about a setting or the text, `FileError` about a file of the corpus, or what `report`
    ///   throws.
    public func train(on corpus: TrainingCorpus, report: @escaping ProgressHandler = { _ in }) throws -> Result {
        switch kind {
        case .bytePair:
            let (tokenizer, learnt) = try BytePairTrainer(bytePairs, resources: resources).train(
                on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, mergeCount: tokenizer.mergeCount)
        case .sentencePieceBPE:
            let (tokenizer, merges, learnt) = try sentencePieceBPE().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, mergeCount: merges)
        case .unigram:
            let (tokenizer, learnt) = try unigram().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, mergeCount: nil)
        case .wordPiece:
            let (tokenizer, learnt) = try WordPieceTrainer(wordPieces, resources: resources).train(
                on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, mergeCount: nil)
        case .wordLevel:
            let (tokenizer, learnt) = try wordLevel().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, mergeCount: nil)
        }
    }

    private func sentencePieceBPE() throws -> SentencePieceBPETrainer {
        try SentencePieceBPETrainer(
            sentencePiece, vocabularySize: vocabularySize, specialTokens: specialTokens, resources: resources)
    }

    private func unigram() throws -> UnigramTrainer {
        try UnigramTrainer(
            sentencePiece, vocabularySize: vocabularySize, specialTokens: specialTokens, resources: resources)
    }

    private func wordLevel() throws -> WordLevelTrainer {
        try WordLevelTrainer(
            vocabularySize: vocabularySize, minimalFrequency: minimalFrequency, specialTokens: specialTokens,
            resources: resources)
    }

    private var wordPieces: WordPieceTrainer.Settings {
        var settings = WordPieceTrainer.Settings()
        settings.vocabularySize = vocabularySize
        settings.minimalFrequency = minimalFrequency
        settings.alphabetLimit = alphabetLimit
        settings.maximalTokenLength = maximalTokenLength
        if !specialTokens.isEmpty { settings.specialTokens = specialTokens }
        settings.reading.lowercases = lowercases
        return settings
    }

    private var bytePairs: BytePairTrainer.Settings {
        var settings = BytePairTrainer.Settings()
        settings.vocabularySize = vocabularySize
        settings.minimalFrequency = minimalFrequency
        settings.specialTokens = specialTokens
        settings.alphabetLimit = alphabetLimit
        settings.maximalTokenLength = maximalTokenLength
        settings.pattern = pattern
        return settings
    }
}
