import OrreryTokenizers

/// The tokens that a choice may depend on.
package struct TokenHistory: Sendable {
    /// The prompt and the tokens chosen after it.
    package let tokens: [TokenID]
    /// The number of tokens of the prompt.
    package let promptCount: Int

    package init(_ tokens: [TokenID], promptCount: Int) {
        self.tokens = tokens
        self.promptCount = promptCount
    }

    /// The tokens chosen after the prompt.
    package var generated: ArraySlice<TokenID> { tokens[promptCount...] }
}

/// A step of the row that changes logits by the text so far, before the temperature.
///
/// What it does is a function of the history alone: what it keeps between two tokens only saves reading it again.
protocol LogitProcessor: Sendable {
    /// Takes note of a token that was generated.
    mutating func append(_ token: TokenID)
    /// Changes the logits of the next token.
    func apply(to logits: inout [Float], after history: TokenHistory)
    /// What an explanation calls this, with the values of its options.
    var steps: [(filter: SamplingFilter, setting: Double?)] { get }
}

/// Adds a number to the logits of chosen tokens (OpenAI's `logit_bias`); at -100 a token is as good as banned.
struct LogitBias: LogitProcessor {
    private let bias: [(token: Int, value: Float)]

    init(_ bias: [TokenID: Double]) { self.bias = bias.map { (Int($0), Float($1)) } }

    func append(_ token: TokenID) {}

    func apply(to logits: inout [Float], after history: TokenHistory) {
        for (token, value) in bias where logits.indices.contains(token) { logits[token] += value }
    }

    var steps: [(filter: SamplingFilter, setting: Double?)] { [(.logitBias, Double(bias.count))] }
}
