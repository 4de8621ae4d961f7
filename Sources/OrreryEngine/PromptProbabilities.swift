import OrreryGeneration
import OrreryTokenizers

/// The log-probabilities of a prompt's tokens, as its pieces are read.
struct PromptProbabilities {
    private let prompt: [TokenID]
    private let top: Int
    /// Of token i + 1, which the row of token i predicts.
    private var found: [LogProbabilities?]

    /// - Parameter top: the number of alternatives to each token.
    init(_ prompt: [TokenID], top: Int) {
        (self.prompt, self.top) = (prompt, top)
        found = Array(repeating: nil, count: max(0, prompt.count - 1))
    }

    /// The positions of a piece whose rows predict a token of the prompt.
    func positions(_ piece: Range<Int>) -> Range<Int> { piece.clamped(to: 0 ..< found.count) }

    /// What a row of logits says of the token after its position.
    func probabilities(_ logits: [Float], at position: Int) -> LogProbabilities {
        LogProbabilities(logits, chosen: prompt[position + 1], top: top)
    }

    mutating func set(_ probabilities: LogProbabilities, at position: Int) { found[position] = probabilities }

    /// All of them, once the prompt has been read.
    var all: [LogProbabilities] { found.compactMap(\.self) }
}
