import OrreryTokenizers

/// A trainer of any kind: what `orrery tokenizer train` drives.
public struct TokenizerTrainer: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case bytePair = "bpe"
        case sentencePieceBPE = "sentencepiece-bpe"
        case unigram
        case wordPiece = "wordpiece"
        case wordLevel = "wordlevel"

        /// Whether a line is a text in the library that the kind is from, and there is no other way.
        public var readsLines: Bool { self == .sentencePieceBPE || self == .unigram }
    }

    /// What training gives.
    public struct Result: Sendable {
        public var tokenizer: any Tokenizer
        public var report: TrainingReport
        /// Merges that were learnt; nil for kinds that keep none.
        public var merges: Int?
    }

    public let kind: Kind
    public let resources: TrainerResources
    public var vocabularySize = 32_000
    public var specialTokens: [String] = []
    public var unit = TrainingCorpus.Unit.document
    public var minimalFrequency = 0
    public var alphabetLimit: Int?
    public var maximalTokenLength: Int?
    /// How `bytePair` cuts text into words.
    public var pattern = SplitPattern.gpt2
    /// Whether `wordPiece` reads text in lower case.
    public var lowercases = true
    /// How `sentencePieceBPE` and `unigram` choose pieces.
    public var pieces = SentencePieceTraining()

    public init(_ kind: Kind, resources: TrainerResources = TrainerResources()) {
        (self.kind, self.resources) = (kind, resources)
    }

    /// - Throws: `TokenizerError` naming a setting that cannot be.
    public func validate() throws {
        switch kind {
        case .bytePair: _ = try BytePairTrainer(bytePairs, resources: resources)
        case .sentencePieceBPE: _ = try sentencePieceBPE()
        case .unigram: _ = try unigram()
        case .wordPiece: _ = try WordPieceTrainer(wordPieces, resources: resources)
        case .wordLevel: _ = try wordLevel()
        }
    }

    public func train(on corpus: TrainingCorpus, report: @escaping TrainingProgress.Report = { _ in }) throws -> Result
    {
        switch kind {
        case .bytePair:
            let (tokenizer, learnt) = try BytePairTrainer(bytePairs, resources: resources).train(
                on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, merges: tokenizer.mergeCount)
        case .sentencePieceBPE:
            let (tokenizer, merges, learnt) = try sentencePieceBPE().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, merges: merges)
        case .unigram:
            let (tokenizer, learnt) = try unigram().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, merges: nil)
        case .wordPiece:
            let (tokenizer, learnt) = try WordPieceTrainer(wordPieces, resources: resources).train(
                on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, merges: nil)
        case .wordLevel:
            let (tokenizer, learnt) = try wordLevel().train(on: corpus, report: report)
            return Result(tokenizer: tokenizer, report: learnt, merges: nil)
        }
    }

    private func sentencePieceBPE() throws -> SentencePieceBPETrainer {
        try SentencePieceBPETrainer(
            pieces, vocabularySize: vocabularySize, specialTokens: specialTokens, resources: resources)
    }

    private func unigram() throws -> UnigramTrainer {
        try UnigramTrainer(pieces, vocabularySize: vocabularySize, specialTokens: specialTokens, resources: resources)
    }

    private func wordLevel() throws -> WordLevelTrainer {
        try WordLevelTrainer(
            vocabularySize: vocabularySize, minimalFrequency: minimalFrequency, specialTokens: specialTokens,
            resources: resources)
    }

    private var wordPieces: WordPieceTrainer.Settings {
        var settings = WordPieceTrainer.Settings()
        (settings.vocabularySize, settings.minimalFrequency) = (vocabularySize, minimalFrequency)
        (settings.alphabetLimit, settings.maximalTokenLength) = (alphabetLimit, maximalTokenLength)
        if !specialTokens.isEmpty { settings.specialTokens = specialTokens }
        settings.reading.lowercases = lowercases
        return settings
    }

    private var bytePairs: BytePairTrainer.Settings {
        var settings = BytePairTrainer.Settings()
        (settings.vocabularySize, settings.minimalFrequency, settings.specialTokens) = (
            vocabularySize, minimalFrequency, specialTokens
        )
        (settings.alphabetLimit, settings.maximalTokenLength, settings.pattern) = (
            alphabetLimit, maximalTokenLength, pattern
        )
        return settings
    }
}
