/// What an engine has done since it began, and what it holds now.
public struct EngineStatistics: Sendable, Hashable {
    /// The requests that wait for their turn.
    public var waiting = 0
    /// The texts that are computed together.
    public var running = 0
    /// The requests that have ended.
    public var completed = 0
    /// The requests that failed, or whose reader has gone.
    public var ended = 0
    /// The tokens of prompts that were computed.
    public var promptTokens = 0
    /// The tokens of prompts that were computed before, for other requests.
    public var cachedTokens = 0
    /// The tokens that were chosen.
    public var completionTokens = 0
    /// The tokens that were guessed ahead.
    public var draftedTokens = 0
    /// Those of them that the model chose itself.
    public var acceptedTokens = 0
    /// The passes.
    public var passes = 0
    /// The rows of all passes.
    public var rows = 0
    /// The times that a sequence gave up its memory for others.
    public var preemptions = 0
    /// The pages that were forgotten to make room.
    public var evictions = 0
    /// The pages that were written to files, and those that were read from them.
    public var storedPages = 0, loadedPages = 0
    /// The bytes of all pages in files.
    public var storedBytes = 0
    /// The bytes of keys and values in use.
    public var cacheBytes = 0
    /// The bytes that they may have.
    public var cacheLimit = 0

    /// What each tenant has had, the first thousand of them.
    public var tenants: [String: TenantStatistics] = [:]
    /// The rows of each pass.
    public var batchRows = Histogram(bounds: Histogram.rows)

    /// The statistics of an engine that has done nothing.
    public init() {}
}
