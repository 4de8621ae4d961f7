import OrreryTerminal

/// What the answers of a chat took.
package struct ChatStatistics {
    private var last: FinishedAnswer?
    private var answers = 0
    private var promptTokens = 0
    private var cachedTokens = 0
    private var completionTokens = 0

    package init() {}

    package mutating func add(_ answer: FinishedAnswer) {
        last = answer
        answers += 1
        promptTokens += answer.usage.promptTokens ?? 0
        cachedTokens += answer.usage.cachedTokens ?? 0
        completionTokens += answer.usage.completionTokens ?? 0
    }

    /// The tokens of the context that the last answer stands in; nil where nobody says.
    package var contextTokens: Int? {
        guard let prompt = last?.usage.promptTokens, let completion = last?.usage.completionTokens else { return nil }
        return prompt + completion
    }

    /// Lines for people.
    ///
    /// - Parameters:
    ///   - used: the tokens that the conversation takes; nil where nobody says.
    ///   - context: those that the model can read.
    package func lines(used: Int?, context: Int?) -> [String] {
        guard let last else { return ["there is no answer yet"] + Self.context(used, context) }
        var parts: [String] = []
        if let prompt = last.usage.promptTokens {
            let cached = last.usage.cachedTokens.map { ", \(Human.exact($0)) of them cached" } ?? ""
            parts.append("prompt \(Human.number(prompt, "token"))\(cached)")
        }
        parts.append(Self.amount(last))
        if let first = last.firstSeconds { parts.append("the first after \(Human.fixed(first, decimals: 2)) s") }
        var lines = ["last answer: " + parts.joined(separator: "; ")]
        if answers > 1 {
            lines.append(
                "this chat: \(Human.number(answers, "answer")); prompts \(Human.number(promptTokens, "token")), \(Human.exact(cachedTokens)) of them cached; answers \(Human.number(completionTokens, "token"))"
            )
        }
        return lines + Self.context(used, context)
    }

    /// How much an answer is, and how fast it came.
    package static func amount(_ answer: FinishedAnswer) -> String {
        guard let tokens = answer.usage.completionTokens else { return Human.number(answer.partCount, "piece") }
        // The first token comes with the prompt, so that the rate is of those after it.
        return Human.number(tokens, "token") + (answer.rate.map { ", " + Human.rate($0, "tokens/s") } ?? "")
    }

    private static func context(_ used: Int?, _ context: Int?) -> [String] {
        guard let used else { return [] }
        return ["context: \(Human.exact(used))" + (context.map { " of \(Human.number($0, "token"))" } ?? " tokens")]
    }
}
