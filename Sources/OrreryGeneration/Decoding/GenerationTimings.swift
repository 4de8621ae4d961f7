/// The times of a generation. Prefill reads the prompt, many positions at once, and gives the first token; decode is
/// one position per token after that. Both include the choice of the token.
public struct GenerationTimings: Sendable, Hashable {
    /// The number of tokens that prefill has read.
    public var prefillTokens = 0
    /// The seconds that prefill has taken.
    public var prefillSeconds = 0.0
    /// The number of tokens that decode has given.
    public var decodeTokens = 0
    /// The seconds that decode has taken.
    public var decodeSeconds = 0.0

    package init() {}

    /// The speed of prefill, in tokens a second; nil before anything has been measured.
    public var prefillTokensPerSecond: Double? { rate(prefillTokens, prefillSeconds) }
    /// The speed of decode, in tokens a second; nil before anything has been measured.
    public var decodeTokensPerSecond: Double? { rate(decodeTokens, decodeSeconds) }

    private func rate(_ tokens: Int, _ seconds: Double) -> Double? {
        tokens > 0 && seconds > 0 ? Double(tokens) / seconds : nil
    }
}
