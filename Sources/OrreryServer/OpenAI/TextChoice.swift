import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// One text of /v1/completions, as far as it goes.
struct TextChoice {
    private(set) var text: String
    private var prompt: [TokenLogProbabilities.Entry] = []
    private var entries: [TokenLogProbabilities.Entry] = []
    private var reason: FinishReason?

    /// - Parameter text: what it begins with: the prompt, where that is wanted.
    init(text: String) { self.text = text }

    mutating func append(_ step: Generation.Step, _ found: LogProbabilities?) {
        if let found { entries.append(.init(token: found.chosen.token, found: found, offset: text.count)) }
        text += step.text
        reason = step.finishReason
    }

    /// Adds the tokens of the prompt, which come before all others.
    mutating func prepend(_ prompt: [TokenLogProbabilities.Entry]) { self.prompt = prompt }

    /// The text ends with its prompt.
    mutating func end() { reason = .length }

    /// How probable a token that was added is, in the mean of their logarithms.
    var meanLogProbability: Double {
        let found = entries.compactMap(\.found)
        return found.isEmpty ? 0 : found.reduce(0) { $0 + $1.chosen.logProbability } / Double(found.count)
    }

    func json(_ index: Int, _ form: TokenLogProbabilities?) -> JSONValue {
        Self.json(index, text, form?.legacy(prompt + entries) ?? .null, reason)
    }

    static func json(_ index: Int, _ text: String, _ probabilities: JSONValue, _ reason: FinishReason?) -> JSONValue {
        [
            "index": JSONValue(index), "text": JSONValue(text), "logprobs": probabilities,
            "finish_reason": Completion.finishReason(reason),
        ]
    }
}
