/// What an engine has done for those who ask under one name.
public struct TenantStatistics: Sendable, Hashable {
    /// The requests that have ended, one way or the other.
    public private(set) var requests = 0
    /// The tokens of their prompts.
    public private(set) var promptTokens = 0
    /// Those of them that were computed before.
    public private(set) var cachedTokens = 0
    /// The tokens that were chosen.
    public private(set) var completionTokens = 0
    /// The seconds from a request to its first token.
    public internal(set) var timeToFirstToken = Histogram(bounds: Histogram.seconds)
    /// The seconds from one token of a text to the next.
    public internal(set) var timeBetweenTokens = Histogram(bounds: Histogram.seconds)
    /// The seconds from a request to its beginning.
    public internal(set) var queueTime = Histogram(bounds: Histogram.seconds)

    /// The statistics of a tenant that has had nothing.
    public init() {}

    /// Counts a request that has ended.
    mutating func add(_ usage: EngineUsage) {
        requests += 1
        promptTokens += usage.promptTokens
        cachedTokens += usage.cachedTokens
        completionTokens += usage.completionTokens
    }
}

extension [String: TenantStatistics] {
    /// The most tenants that are told apart; what further ones have had is counted for the one without a name.
    private static let limit = 1000

    /// The statistics of a tenant.
    subscript(known name: String) -> TenantStatistics {
        get { self[name] ?? TenantStatistics() }
        set { self[self[name] == nil && count >= Self.limit ? "" : name] = newValue }
    }
}
