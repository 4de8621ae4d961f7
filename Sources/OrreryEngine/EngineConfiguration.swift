import Kernels
import OrreryGeneration
import OrreryModels

/// The settings of an engine. None of them changes a text, but for the types: they decide about time and memory.
public struct EngineConfiguration: Sendable {
    /// The type to which operands of products are rounded.
    public var computeType: ElementType
    /// The type in which keys and values are kept; nil means the model's default.
    public var cacheType: CacheType?
    /// The bytes for keys and values of all sequences, those in progress and those kept for prompts that begin alike;
    /// nil means a quarter of the memory that is available.
    public var cacheMemory: Int?
    /// A directory in which keys and values are kept as well, so that a long prompt is found again after a restart;
    /// nil keeps them in memory alone.
    public var cacheDirectory: String?
    /// The most bytes in that directory; what was used longest ago makes room.
    public var cacheDirectoryLimit = 10 << 30
    /// Receives a line about a page in a file that cannot be read or written, which is computed again.
    public var warn: @Sendable (_ message: String) -> Void = { _ in }
    /// The most sequences that are computed together.
    public var maxSequences: Int
    /// The most requests that wait.
    public var maxQueue: Int
    /// The most rows of prompts in one pass.
    public var prefillChunk: Int
    /// The most rows of prompts in one pass while other sequences wait for their next token.
    public var prefillChunkWhileDecoding: Int

    /// The most tokens of a text that are guessed ahead, and computed with its newest; 0 guesses none.
    public var maxDraft: Int
    /// A smaller model with the same vocabulary that guesses ahead where the text itself says nothing; nil for none.
    public var draftModel: TextModel?
    /// The probability that a draft model gives its own guess from which on it guesses further; at 0 it always does,
    /// whether that pays or not.
    public var draftConfidence = 0.4

    /// Settings of an engine, with defaults for a processor's cores.
    public init(
        computeType: ElementType = Processor.current.fastestType, cacheType: CacheType? = nil,
        cacheMemory: Int? = nil, maxSequences: Int = 32, maxQueue: Int = 256, prefillChunk: Int = 256,
        prefillChunkWhileDecoding: Int = 48, maxDraft: Int = 7
    ) {
        self.computeType = computeType
        self.cacheType = cacheType
        self.cacheMemory = cacheMemory
        self.maxSequences = maxSequences
        self.maxQueue = maxQueue
        self.prefillChunk = prefillChunk
        self.prefillChunkWhileDecoding = prefillChunkWhileDecoding
        self.maxDraft = maxDraft
    }

    /// - Throws: `EngineError` that names a setting outside its range.
    func validate() throws {
        for (name, value) in [
            ("`maxSequences`", maxSequences), ("`maxQueue`", maxQueue),
            ("`prefillChunkWhileDecoding`", prefillChunkWhileDecoding),
        ] where value < 1 {
            throw EngineError.setting(name, value, expected: "at least 1")
        }
        // A layer with a window keeps so many positions beyond it, which a page is taken from before they go.
        guard (1 ... 256).contains(prefillChunk) else {
            throw EngineError.setting("`prefillChunk`", prefillChunk, expected: "1 to 256")
        }
        // A window keeps enough positions to take these back.
        guard (0 ... 128).contains(maxDraft) else {
            throw EngineError.setting("`maxDraft`", maxDraft, expected: "0 to 128")
        }
        guard (0 ... 1).contains(draftConfidence) else {
            throw EngineError.setting("`draftConfidence`", draftConfidence, expected: "0 to 1")
        }
        if cacheDirectoryLimit < 0 {
            throw EngineError.setting("`cacheDirectoryLimit`", cacheDirectoryLimit, expected: "a number of bytes")
        }
        if let cacheMemory, cacheMemory < 0 {
            throw EngineError.setting("`cacheMemory`", cacheMemory, expected: "a number of bytes")
        }
    }
}
