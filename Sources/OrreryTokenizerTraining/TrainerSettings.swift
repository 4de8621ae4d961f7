import Foundation
import OrreryTokenizers

extension TokenizerTrainer {
    /// The threads and the memory that a trainer may use.
    public struct Resources: Sendable, Hashable {
        /// The number of threads that count words, 1 to 1024. What is learnt is the same for any number.
        public var threads: Int
        /// The size of the table of distinct words, in bytes, at least 1 MB. Where the table would grow larger, the
        /// rarest words are forgotten, and the report says so.
        public var wordMemory: Int

        /// Resources with all cores and an eighth of the machine's memory, unless other values are given.
        public init(
            threads: Int = ProcessInfo.processInfo.activeProcessorCount, wordMemory: Int = Self.defaultWordMemory
        ) {
            self.threads = threads
            self.wordMemory = wordMemory
        }

        /// An eighth of the machine's memory, in bytes: learning from the words takes a few times as much again.
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

    /// What a trainer read and how long it took.
    public struct Report: Sendable, Hashable {
        /// The bytes of text that were read.
        public var bytes: Int
        /// The number of distinct words; of distinct lines, for trainers that cut no words.
        public var words: Int
        /// The number of words that were forgotten to stay within the memory. If it is not 0, counts are not exact.
        public var forgottenWords = 0
        /// The length of the text in tokens of the finished vocabulary, without words that were forgotten.
        public var tokens = 0
        /// The number of lines that were left out, being too long or holding the character that stands for the unknown.
        public var skippedLines = 0
        /// The bytes of the lines that were left out.
        public var skippedBytes = 0
        /// The seconds spent on cutting the text into words and counting them.
        public var countingSeconds = 0.0
        /// The seconds spent on learning the vocabulary from the words.
        public var learningSeconds = 0.0
    }

    /// How far a trainer is.
    public struct Progress: Sendable, Hashable {
        /// A part of a trainer's work, and the unit in which its progress is counted.
        public enum Stage: String, Sendable {
            /// Text is cut into words, and the words are counted; in bytes.
            case counting
            /// Merges are learnt; in tokens of the vocabulary.
            case merging
            /// Substrings that could become tokens are looked for; in letters of distinct words.
            case seeding
            /// Probabilities are estimated and tokens are dropped; in tokens that are still too many.
            case pruning
        }

        /// The part of the work that is going on.
        public var stage: Stage
        /// What is done of this stage, in the stage's unit.
        public var completed: Int
        /// The whole of this stage, in the stage's unit.
        public var total: Int
    }

    /// Receives the progress now and then, from any of the trainer's threads. What it throws ends the training, and
    /// `train` throws it.
    public typealias ProgressHandler = @Sendable (Progress) throws -> Void
}
