import OrreryEngine

/// What tokens cost, as the operator says.
public struct Prices: Sendable, Hashable {
    /// The price of a million tokens of prompts.
    public var prompt: Double
    /// The price of a million tokens of prompts that were computed before.
    public var cached: Double
    /// The price of a million tokens that are chosen.
    public var completion: Double

    /// Prices of a million tokens.
    public init(prompt: Double, cached: Double, completion: Double) {
        (self.prompt, self.cached, self.completion) = (prompt, cached, completion)
    }

    /// The price of some tokens.
    ///
    /// - Parameter promptTokens: those of the prompt, the cached ones included.
    func cost(promptTokens: Int, cachedTokens: Int, completionTokens: Int) -> Double {
        (Double(promptTokens - cachedTokens) * prompt + Double(cachedTokens) * cached
            + Double(completionTokens) * completion) / 1e6
    }

    func cost(_ usage: EngineUsage) -> Double {
        cost(
            promptTokens: usage.promptTokens, cachedTokens: usage.cachedTokens,
            completionTokens: usage.completionTokens)
    }
}
