import OrreryGeneration
import OrreryTerminal

/// The texts of one prompt, from its first token to the last one of the last sample, shown as they come.
struct SampleRun {
    /// What every text of the command has in common.
    struct Setting {
        /// Texts in all, of every prompt.
        let total: Int
        let samples: Int
        let output: OutputOptions
        let interrupt: InterruptFlag
        let maxTokens: Int
    }

    let group: SampleGroup
    let prompt: String
    /// The prompt's place, from 0.
    let index: Int
    let setting: Setting

    private var out: Terminal { .standardOutput }

    /// Generates and shows.
    func run() throws {
        var texts = OrderedTexts()
        PromptReading.run(
            group.promptTokens, isStopped: { setting.interrupt.isRaised }, advance: { group.advance() },
            done: { group.promptPositions })
        // Of a prompt that was not read to its end there is nothing to show.
        if setting.interrupt.isRaised, !setting.output.json {
            return standardError("orrery: stopped while the prompt was read")
        }
        let start = ContinuousClock.now
        while !setting.interrupt.isRaised {
            let steps = try group.next()
            if steps.isEmpty { return reportTogether(seconds: (ContinuousClock.now - start) / .seconds(1)) }
            for (sample, step) in steps {
                try texts.add(step.text, to: sample, isLast: step.finishReason != nil, show: show)
            }
        }
        for (sample, text) in group.cancel() { try texts.add(text, to: sample, isLast: true, show: show) }
    }

    private func show(_ event: OrderedTexts.Event) throws {
        switch event {
        case .begin where setting.output.json: break
        case .begin(let sample):
            if index + sample > 0 { try out.writeLine() }
            // On a terminal the text stands whole; a pipe gets what the model added.
            if out.isTerminal { try out.write(out.appearance.paint(safeForTerminal(prompt, out.appearance), .bold)) }
        case .text(let text):
            if !setting.output.json { try out.write(out.isTerminal ? safeForTerminal(text, out.appearance) : text) }
        case .end(let sample, let text):
            let generation = group.generations[sample]
            if setting.output.json {
                var object = generation.json(text: text)
                (object["prompt_index"], object["sample"]) = (.int(Int64(index)), .int(Int64(sample)))
                return try setting.output.print(object)
            }
            if !text.hasSuffix("\n") { try out.writeLine() }
            report(generation, sample)
        }
    }

    /// The beginning of the prompt, where there are several.
    private var ofPrompt: String {
        guard setting.total > setting.samples else { return "" }
        let label = safeForTerminal(prompt, Terminal.standardError.appearance).replacing("\n", with: " ")
        return ", prompt \(Human.exact(index + 1)): \"\(TextLayout.truncated(label, to: 32, ellipsis: "..."))\""
    }

    /// The figures of a text, on standard error.
    private func report(_ generation: Generation, _ sample: Int) {
        let timings = generation.timings, terminal = Terminal.standardError
        func rate(_ value: Double?) -> String { value.map { Human.rate($0, "tokens/s") } ?? "-" }
        var parts: [String] = []
        if setting.total > 1 {
            parts.append(
                "text \(Human.exact(index * setting.samples + sample + 1)) of \(Human.exact(setting.total))\(ofPrompt)")
        }
        if sample == 0 {
            parts.append(
                "prefill \(Human.number(timings.prefillTokens, "token")), \(rate(timings.prefillTokensPerSecond))")
        }
        parts.append("decode \(Human.number(timings.decodeTokens, "token")), \(rate(timings.decodeTokensPerSecond))")
        if !generation.options.sampling.isGreedy { parts.append("seed \(generation.options.sampling.seed)") }
        parts.append("ended by: \(end(of: generation))")
        let text = parts.joined(separator: "  ")
        terminal.showLine(
            terminal.appearance.paint(terminal.isTerminal ? TextLayout.wrapped(text, to: terminal.width) : text, .dim))
    }

    /// What the samples of a prompt came to, which share each pass over the weights.
    private func reportTogether(seconds: Double) {
        guard setting.samples > 1, !setting.output.json, seconds > 0 else { return }
        let count = group.generations.reduce(0) { $0 + $1.completion.count }, terminal = Terminal.standardError
        let rate = Human.rate(Double(count) / seconds, "tokens/s")
        terminal.showLine(
            terminal.appearance.paint(
                "\(setting.samples) samples together: \(Human.number(count, "token")), \(rate)", .dim))
    }

    private func end(of generation: Generation) -> String {
        switch generation.finishReason {
        case .stop:
            generation.tokens.last.map(generation.options.stop.endTokens.contains) == true
                ? "end of text" : "stop string"
        case .length: generation.completion.count == setting.maxTokens ? "--max-tokens" : "context full"
        case .cancelled, nil: "interrupted"
        }
    }
}
