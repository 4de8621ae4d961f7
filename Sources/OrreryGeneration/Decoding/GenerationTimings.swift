/// Where a generation's time went. Prefill reads the prompt, many positions at once, and gives the first token; decode
/// is one position per token after that. Both include the choice.
public struct GenerationTimings: Sendable, Hashable {
    public var prefillTokens = 0
    public var prefillSeconds = 0.0
    public var decodeTokens = 0
    public var decodeSeconds = 0.0

    public init() {}

    /// nil before there is anything to divide.
    public var prefillTokensPerSecond: Double? { rate(prefillTokens, prefillSeconds) }
    public var decodeTokensPerSecond: Double? { rate(decodeTokens, decodeSeconds) }

    private func rate(_ tokens: Int, _ seconds: Double) -> Double? {
        tokens > 0 && seconds > 0 ? Double(tokens) / seconds : nil
    }
}
