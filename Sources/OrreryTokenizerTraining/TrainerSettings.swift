import Foundation
import OrreryTokenizers

/// What all trainers take.
public struct TrainerResources: Sendable, Hashable {
    /// Threads that count words. What is learnt is the same for any number.
    public var threads: Int
    /// Bytes that the table of distinct words may have; where it would grow larger the rarest words are forgotten, and
    /// the result says so.
    public var wordMemory: Int

    public init(threads: Int = ProcessInfo.processInfo.activeProcessorCount, wordMemory: Int = Self.defaultWordMemory) {
        self.threads = threads
        self.wordMemory = wordMemory
    }

    /// An eighth of the machine's memory: learning from the words takes a few times as much again.
    public static var defaultWordMemory: Int {
        max(64 << 20, Int(clamping: ProcessInfo.processInfo.physicalMemory / 8))
    }

    func validate() throws {
        guard (1 ... 1024).contains(threads) else {
            throw TokenizerError.invalid("threads: expected 1 to 1024, found \(threads)")
        }
        guard wordMemory >= 1_000_000 else {
            throw TokenizerError.invalid("word memory: expected at least 1 MB, found \(wordMemory) bytes")
        }
    }
}

/// What a trainer says about its work.
public struct TrainingReport: Sendable, Hashable {
    /// Bytes of text that were read.
    public var bytes: Int
    /// Distinct words, or for trainers that cut no words distinct lines.
    public var words: Int
    /// Words that were forgotten to stay within the memory; then counts are not exact.
    public var forgottenWords = 0
    /// The text's length in tokens of the finished vocabulary, as far as its words were not forgotten.
    public var tokens = 0
    /// Lines that were left out of training, being too long or holding what stands for the unknown, and their bytes.
    public var skippedLines = 0
    public var skippedBytes = 0
    /// Seconds of cutting and counting, and of learning.
    public var countingSeconds = 0.0
    public var learningSeconds = 0.0
}

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
