import OrreryFiles
import OrreryGeneration
import OrreryTerminal

/// One message, one answer, and the end.
struct ChatOnce {
    private let source: any AnswerSource
    private let command: Chat

    init(_ source: any AnswerSource, _ command: Chat) {
        self.source = source
        self.command = command
    }

    func answer(_ message: String) throws {
        let interrupt = InterruptFlag()
        defer { interrupt.release() }
        if !source.isChat {
            standardError(
                "orrery: \(command.model) has no chat template: it continues the text (--template gives it one)")
        }
        var display = AnswerDisplay(isMarkdown: source.isChat && !command.plain)
        var begun: (any Answer)?
        let finished = try FinishedAnswer.read {
            interrupt.isRaised
        } begin: { isStopped in
            let answer = try source.answer(
                to: message, after: Conversation(system: command.system), isStopped: isStopped)
            begun = answer
            return answer
        } show: { part in
            if !command.output.json { try display.show(part) }
        }
        if command.output.json {
            try command.output.print(json(finished, begun))
        } else {
            try display.finish()
            if !finished.text.hasSuffix("\n") { try Terminal.standardOutput.writeLine() }
        }
        try interrupt.check()
        if let failure = finished.failure { throw failure }
    }

    /// What `--json` prints; docs/json.md.
    private func json(_ finished: FinishedAnswer, _ answer: (any Answer)?) -> JSONObject {
        if let answer = answer as? EngineAnswer {
            return answer.json(text: finished.text, finishReason: finished.finishReason)
        }
        var o = JSONObject()
        o["text"] = JSONValue(finished.text)
        o["model"] = JSONValue(source.modelName)
        o["prompt_tokens"] = JSONValue(finished.usage.promptTokens)
        o["cached_tokens"] = JSONValue(finished.usage.cachedTokens)
        o["completion_tokens"] = JSONValue(finished.usage.completionTokens)
        o["first_token_s"] = JSONValue(finished.firstSeconds)
        o["decode_tokens_per_s"] = JSONValue(finished.rate)
        o["finish_reason"] = JSONValue(finished.finishReason)
        return o
    }
}

extension EngineAnswer {
    fileprivate func json(text: String, finishReason: String?) -> JSONObject {
        func rate(_ tokens: Int, _ seconds: Double?) -> Double? {
            seconds.flatMap { tokens > 0 && $0 > 0 ? Double(tokens) / $0 : nil }
        }
        return options.json(
            text: text, completion: completion,
            prefillRate: rate(options.prompt.count, measured?.prefillSeconds),
            decodeRate: rate(completion.count - 1, measured?.decodeSeconds), finishReason: finishReason)
    }
}
