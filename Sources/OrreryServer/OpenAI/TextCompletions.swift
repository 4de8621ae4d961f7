import Hummingbird
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// POST /v1/completions: texts that continue prompts.
struct TextCompletions {
    let requests: ModelRequests

    func respond(to request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, warnings) = try await requests.read(&request, context)
        let (model, _, engine) = try served.engine()
        let call = try TextCall(fields, model, context.client)
        let completion = Completion(
            prefix: "cmpl-", object: "text_completion", model: served.name,
            warnings: warnings + SamplingParameters.warnings(fields),
            prices: requests.configuration.prices)
        let own = OwnAnswer(call.own, call.requests, served, engine, version: requests.configuration.version)
        if call.parameters.streams {
            return stream(call, completion, own, engine, to: request)
        }
        return try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await whole(call, completion, own, engine)
        }
    }

    // MARK: At once

    private func whole(
        _ call: TextCall, _ completion: Completion, _ own: OwnAnswer, _ engine: Engine
    ) async throws -> Response {
        var own = own
        let texts = call.echo ?? Array(repeating: "", count: call.requests.count)
        var choices = texts.map { Array(repeating: TextChoice(text: $0), count: call.bestOf) }
        var usage = EngineUsage()
        for try await (prompt, event) in events(of: call.requests, by: engine) {
            own.take(event, prompt: prompt)
            switch event {
            case .prompt(let found):
                let entries = call.promptEntries(found, prompt)
                for choice in choices[prompt].indices { choices[prompt][choice].prepend(entries) }
            case .token(let choice, let step, let probabilities):
                if call.addsNothing {
                    choices[prompt][choice].end()
                } else {
                    choices[prompt][choice].append(step, probabilities)
                }
            case .completed(let taken):
                usage = usage + call.told(taken)
            case .began, .slid, .traced: break
            }
        }
        try Task.checkCancellation()
        let json = choices.flatMap { call.best(of: $0) }.enumerated().map { index, choice in
            choice.json(index, call.includesProbabilities ? call.probabilities : nil)
        }
        return Response(
            json: completion.json(
                json, usage: usage, timings: true, dropped: usage.droppedTokens, own: try await own.json()))
    }

    // MARK: As a stream

    private func stream(
        _ call: TextCall, _ completion: Completion, _ own: OwnAnswer, _ engine: Engine, to request: Request
    ) -> Response {
        let ping = requests.ping
        return .events(to: request) { out in
            var own = own
            let n = call.n, total = call.requests.count
            var offsets = Array(repeating: 0, count: n * total)
            var usage = EngineUsage(), open = total, isFirst = true, dropped = 0
            func piece(
                _ choices: [JSONValue], usage: EngineUsage? = nil, timings: Bool = false, own: JSONValue? = nil
            ) -> JSONValue {
                defer { (isFirst, dropped) = (false, 0) }
                return completion.json(
                    choices, usage: usage, hasUsage: call.parameters.includesUsage, warns: isFirst, timings: timings,
                    dropped: dropped, own: own)
            }
            func echo(_ prompt: Int, _ probabilities: JSONValue) async throws {
                guard let text = call.echo?[prompt] else { return }
                for index in prompt * n ..< (prompt + 1) * n {
                    try await out.send(piece([TextChoice.json(index, text, probabilities, nil)]))
                    offsets[index] += text.count
                }
            }
            if !call.includesProbabilities { for prompt in 0 ..< total { try await echo(prompt, .null) } }
            reading: for try await item in Pinged.stream(events(of: call.requests, by: engine), every: ping) {
                guard case .event(let (prompt, event)) = item else {
                    try await out.ping()
                    continue
                }
                own.take(event, prompt: prompt)
                switch event {
                case .prompt(let found):
                    try await echo(prompt, call.probabilities.legacy(call.promptEntries(found, prompt)))
                case .token(let choice, let step, let found):
                    let index = prompt * n + choice
                    if call.addsNothing {
                        try await out.send(piece([TextChoice.json(index, "", .null, .length)]))
                        continue
                    }
                    let probabilities = found.map {
                        call.probabilities.legacy([
                            .init(token: $0.chosen.token, found: $0, offset: offsets[index])
                        ])
                    }
                    offsets[index] += step.text.count
                    // What a stop string may still take back, or half a character, comes later.
                    if step.text.isEmpty, step.finishReason == nil, found == nil { continue }
                    try await out.send(
                        piece([TextChoice.json(index, step.text, probabilities ?? .null, step.finishReason)]))
                case .completed(let taken):
                    usage = usage + call.told(taken)
                    open -= 1
                    if open == 0 { break reading }
                case .slid(_, let count): dropped += count
                case .began, .traced: break
                }
            }
            let last = try await own.json()
            if call.parameters.includesUsage {
                try await out.send(piece([], usage: usage, timings: true, own: last))
            } else if let last {
                try await out.send(piece([], own: last))
            }
            try await out.sendDone()
        }
    }
}

extension TextCall {
    /// The tokens of a prompt as `logprobs` has them: the first follows nothing and has no probability.
    func promptEntries(_ found: [LogProbabilities], _ prompt: Int) -> [TokenLogProbabilities.Entry] {
        let tokens = requests[prompt].options.prompt, length = echo?[prompt].count ?? 0
        var offset = 0
        return tokens.enumerated().map { index, token in
            defer { offset = min(offset + probabilities.length(of: token), length) }
            return .init(token: token, found: index == 0 ? nil : found[index - 1], offset: offset)
        }
    }

    /// The most probable of the texts that were made, in that order, where more were made than are wanted.
    func best(of choices: [TextChoice]) -> [TextChoice] {
        guard bestOf > n else { return choices }
        let ranked = choices.enumerated().sorted {
            ($1.element.meanLogProbability, $0.offset) < ($0.element.meanLogProbability, $1.offset)
        }
        return ranked.prefix(n).map(\.element)
    }

    /// What a request has taken, as its client is told.
    func told(_ usage: EngineUsage) -> EngineUsage {
        var usage = usage
        if addsNothing { usage.completionTokens = 0 }
        return usage
    }
}
