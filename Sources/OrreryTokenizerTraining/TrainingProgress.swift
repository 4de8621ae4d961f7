import OrreryTokenizers

/// How far a trainer is.
public struct TrainingProgress: Sendable, Hashable {
    public enum Stage: String, Sendable {
        /// Text is cut into words, and the words are counted; in bytes.
        case counting
        /// Merges are learnt; in tokens of the vocabulary.
        case merging
        /// Substrings that could be pieces are looked for; in letters of distinct words.
        case seeding
        /// Expectation, maximisation and pruning; in pieces that are still too many.
        case pruning
    }

    public var stage: Stage
    public var completed: Int
    public var total: Int

    /// Receives the progress now and then, from any of the training's threads. What it throws ends the training, and
    /// `train` throws it.
    public typealias Report = @Sendable (TrainingProgress) throws -> Void
}
