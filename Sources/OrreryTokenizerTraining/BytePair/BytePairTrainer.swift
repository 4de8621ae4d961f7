import Foundation
import OrreryTokenizers

/// Learns a byte-level byte-pair vocabulary (GPT-2's kind) from text.
///
/// From the same text with the same settings come the merges of Hugging Face tokenizers' BpeTrainer behind a ByteLevel
/// pre-tokenizer, in the same order and with the same ids (version 0.23): special tokens first, then the alphabet in
/// the order of its stand-ins, then what merges make.
package struct BytePairTrainer: Sendable {
    package struct Settings: Sendable {
        /// Tokens in all, special ones and bytes included.
        package var vocabularySize = 32_000
        /// Pairs that are rarer are not merged.
        package var minimalFrequency = 0
        /// Tokens outside the model, which get the first ids; the first that ends a text is `endOfText`.
        package var specialTokens: [String] = []
        /// Whether all 256 bytes have a token, met or not; else only those that the text has, and other text cannot be
        /// encoded.
        package var startsWithAllBytes = true
        /// The most bytes to have a token, the most frequent ones; nil keeps all.
        package var alphabetLimit: Int?
        /// Tokens of this many bytes or more are not formed, but for those of two; nil forms all. (HF's
        /// `max_token_length`.)
        package var maximalTokenLength: Int?
        /// How text is cut into words, across which nothing merges.
        package var pattern = SplitPattern.gpt2

        package init() {}
    }

    package let settings: Settings
    package let resources: TokenizerTrainer.Resources

    /// - Throws: `TokenizerError` naming the setting.
    package init(
        _ settings: Settings = Settings(), resources: TokenizerTrainer.Resources = TokenizerTrainer.Resources()
    ) throws {
        try resources.validate()
        try settings.validate()
        (self.settings, self.resources) = (settings, resources)
    }

    /// - Throws: `TokenizerError` or `FileError` about the corpus, or what `report` throws.
    package func train(
        on corpus: TrainingCorpus, report: @escaping TokenizerTrainer.ProgressHandler = { _ in }
    ) throws -> (tokenizer: BytePairTokenizer, report: TokenizerTrainer.Report) {
        var clock = TrainingClock()
        let table = try countWords(corpus, report)
        var result = TokenizerTrainer.Report(
            bytes: corpus.byteCount, words: table.count, forgottenWords: table.dropped.words)
        result.countingSeconds = clock.lap()

        let alphabet = ByteLevelAlphabet(of: table, settings)
        try settings.requireRoom(for: alphabet.texts.count)
        let (words, single) = try alphabet.symbolWords(of: table)
        let policy = HuggingFaceMerging(alphabet.texts, maximalLength: settings.maximalTokenLength)
        var learner = MergeLearner(words, policy: policy)
        let (first, size) = (policy.count, settings.vocabularySize)
        try learner.learn(vocabularySize: size, minimalFrequency: settings.minimalFrequency) { count in
            if count & 63 == 0 {
                try report(TokenizerTrainer.Progress(stage: .merging, completed: count - first, total: size - first))
            }
        }
        result.tokens = words.tokenCount + single
        result.learningSeconds = clock.lap()
        return (try tokenizer(learner.policy.texts, alphabet, learner.merges), result)
    }

    private func countWords(
        _ corpus: TrainingCorpus, _ report: @escaping TokenizerTrainer.ProgressHandler
    ) throws -> WordTable {
        let splitter = try WordSplitter(settings.pattern)
        let counting = WordCounting(threads: resources.threads, memoryLimit: resources.wordMemory, report: report)
        return try counting.count(corpus, cutting: CutRule(corpus.unit, settings.pattern)) { text, piece, tally in
            try tally.count(text, piece, unit: corpus.unit == .line ? .lines : .whole, splitter)
        }
    }
}

extension BytePairTrainer.Settings {
    func validate() throws {
        guard (1 ... BytePairTokenizer.maximalVocabularySize).contains(vocabularySize) else {
            throw TokenizerError.invalid(
                "vocabulary size: expected 1 to \(BytePairTokenizer.maximalVocabularySize), found \(vocabularySize)")
        }
        // The alphabet is known before the text only where it is all bytes.
        if startsWithAllBytes && alphabetLimit == nil { try requireRoom(for: 256 + specialTokens.count) }
        guard minimalFrequency >= 0 else {
            throw TokenizerError.invalid("minimal frequency: expected 0 or more, found \(minimalFrequency)")
        }
        if let alphabetLimit, !(1 ... 256).contains(alphabetLimit) {
            throw TokenizerError.invalid("alphabet limit: expected 1 to 256, found \(alphabetLimit)")
        }
        if let maximalTokenLength, maximalTokenLength < 1 {
            throw TokenizerError.invalid("maximal token length: expected at least 1, found \(maximalTokenLength)")
        }
        try AddedTokens.validateNew(specialTokens)
        _ = try WordSplitter(pattern)
    }

    func requireRoom(for count: Int) throws {
        guard count <= vocabularySize else {
            throw TokenizerError.invalid(
                "vocabulary size \(vocabularySize) has no room for \(count) bytes and special tokens; expected a larger one"
            )
        }
    }
}

extension CutRule {
    init(_ unit: TrainingCorpus.Unit, _ pattern: SplitPattern) {
        switch (unit, pattern) {
        case (.line, _): self = .lines
        // Where such a pattern always cuts is not known.
        case (.document, .none), (.document, .regex): self = .never
        case (.document, _): self = .words
        }
    }
}

extension AddedTokens {
    /// - Throws: `TokenizerError` if special tokens for a new vocabulary are empty or there twice.
    static func validateNew(_ contents: [String]) throws {
        _ = try AddedTokens(contents.enumerated().map { AddedToken(id: TokenID($0), content: $1) })
    }
}

/// Seconds between laps.
struct TrainingClock {
    private var last = ProcessInfo.processInfo.systemUptime

    mutating func lap() -> Double {
        let now = ProcessInfo.processInfo.systemUptime
        defer { last = now }
        return now - last
    }
}
