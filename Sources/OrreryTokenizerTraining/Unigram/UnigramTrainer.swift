import OrreryTokenizers

/// Learns a unigram vocabulary, as sentencepiece's trainer of model type `unigram` does (Kudo 2018, arXiv:1804.10959):
/// from very many strings of the text those are dropped, a quarter at a time, without which the text's likelihood falls
/// least, and between two rounds of dropping the probabilities are estimated anew.
package struct UnigramTrainer: Sendable {
    package let settings: SentencePieceTraining
    /// Pieces in all.
    package let vocabularySize: Int
    /// Control tokens besides `<unk>`, `<s>` and `</s>`.
    package let specialTokens: [String]
    package let resources: TokenizerTrainer.Resources
    /// Strings of two characters or more to begin with, at most (`seed_sentencepiece_size`).
    package var seedLimit = 1_000_000
    /// The share of pieces that a round of pruning keeps.
    package var shrinkingFactor = 0.75
    /// Rounds of expectation and maximisation between two prunings.
    package var rounds = 2

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
    ) throws -> (tokenizer: SentencePieceTokenizer, report: TokenizerTrainer.Report) {
        var clock = TrainingClock()
        let (text, dropped) = try PieceWords.reading(
            corpus, settings, specialTokens, marksLineEnds: true, resources, report)
        var result = TokenizerTrainer.Report(
            bytes: corpus.byteCount, words: Set(text.words.map(\.scalars)).count, forgottenWords: dropped)
        result.countingSeconds = clock.lap()

        let vocabulary = try SentencePieceVocabulary(settings, specialTokens: specialTokens)
        let room = vocabularySize - vocabulary.reservedCount
        guard room > 0, room >= text.required.count else {
            throw text.tooSmall(vocabularySize, reserved: vocabulary.reservedCount)
        }
        let model = try learn(text, report)
        let tokenizer = try SentencePieceTokenizer(vocabulary.model(.unigram, Self.finalPieces(model, text, room)))
        result.learningSeconds = clock.lap()
        result.tokens = text.tokenCount(tokenizer)
        result.add(try SkippedLines(of: corpus, settings, tokenizer, threads: resources.threads))
        return (tokenizer, result)
    }

    private func learn(_ text: PieceWords, _ report: TokenizerTrainer.ProgressHandler) throws -> UnigramModel {
        let words = try WordSymbols(text)
        try report(TokenizerTrainer.Progress(stage: .seeding, completed: 0, total: 1))
        var model = try UnigramModel(
            words, SeedPieces(words, PieceRules(settings), limit: seedLimit), threads: resources.threads)
        try report(TokenizerTrainer.Progress(stage: .seeding, completed: 1, total: 1))
        // Some more than wanted, of which the most probable are taken in the end.
        let desired = Int(Double(vocabularySize) * 1.1)
        let excess = max(1, model.pieces.count - desired)
        while true {
            for _ in 0 ..< rounds {
                model.reestimate()
                try report(
                    TokenizerTrainer.Progress(
                        stage: .pruning, completed: excess - max(0, model.pieces.count - desired), total: excess))
            }
            let before = model.pieces.count
            if before <= desired { return model }
            model.prune(to: desired, shrinkingFactor: shrinkingFactor)
            // What is left may be all that nothing can stand in for.
            if model.pieces.count == before { return model }
        }
    }

    /// The characters that must be there, and the most probable of the other pieces; by falling score.
    private static func finalPieces(
        _ model: UnigramModel, _ text: PieceWords, _ room: Int
    ) -> [(piece: [UInt32], score: Float)] {
        let alive = (0 ..< model.pieces.count).map {
            (piece: model.characters(of: $0), score: Float(model.pieces.scores[$0]))
        }
        let scores = Dictionary(uniqueKeysWithValues: alive.map { ($0.piece, $0.score) })
        var penalty: Float = 0
        var final = text.required.map { required -> (piece: [UInt32], score: Float) in
            if let score = scores[[required.scalar]] { return ([required.scalar], score) }
            // The rarer the lower, so that no two are equal.
            defer { penalty += 0.0001 }
            return ([required.scalar], Float(model.pieces.lowestScore) + penalty)
        }
        let taken = Set(final.map(\.piece))
        func isBefore(_ one: (piece: [UInt32], score: Float), _ other: (piece: [UInt32], score: Float)) -> Bool {
            one.score != other.score ? one.score > other.score : one.piece.lexicographicallyPrecedes(other.piece)
        }
        final += alive.filter { !taken.contains($0.piece) }.sorted(by: isBefore).prefix(room - final.count)
        return final.sorted(by: isBefore)
    }
}
