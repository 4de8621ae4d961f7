import ArgumentParser
import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTerminal
import OrreryTokenizers

/// Continues a text, token by token.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a text with a model; tokens appear as they are chosen.",
        discussion: """
            Without a prompt the text starts from nothing: after the end-of-text token where the tokenizer has one, else after a newline. \
            A model with an encoder and a decoder (t5) reads the prompt and writes its answer. \
            Generation ends at an end-of-text token, a stop string, --max-tokens, or when the context is full. \
            Ctrl-C ends it and keeps what is there. The text goes to standard output, the rates to standard error.
            """)

    @Argument(help: "Model directory or GGUF file.")
    var model: String

    @OptionGroup var modelOption: ModelOption

    @Option(name: [.customShort("p"), .long], help: "Text to continue; - reads it from standard input.")
    var prompt = ""

    @Option(name: [.customShort("n"), .long], help: "Maximum number of tokens to generate.")
    var maxTokens = 256

    @OptionGroup var sampling: SamplingFlags

    @Option(name: .customLong("stop"), help: "End where this string appears. May be given several times.")
    var stops: [String] = []

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if maxTokens < 1 { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        do { try StopConditions(maxTokens: maxTokens, stopStrings: stops).validate() } catch { throw ValidationError("\(error)") }
    }

    func run() throws {
        try processor.run(compute) {
            let type = compute.type(standard: Processor.current.fastestType), text = try PromptText.read(prompt)
            let (source, start) = try open(text, type)
            let options = GenerationOptions(
                prompt: start, sampling: sampling.options(suggested: source.suggestedSampling),
                stop: source.stopConditions(maxTokens: maxTokens, stopStrings: stops), computeType: type,
                cacheType: cache.type(computing: type, compute, source.model))
            source.prepare(type)
            let generation = try source.generate(options)
            let completion = try stream(generation, prompt: text)
            if output.json { try output.print(generation.json(text: completion)) } else { report(generation) }
            if generation.finishReason == .cancelled { throw Interrupted() }
        }
    }

    /// The model and what its text starts with: the prompt, unless the model has an encoder to read that.
    private func open(_ text: String, _ type: ElementType) throws -> (TextModel, [TokenID]) {
        func warn(_ line: String) { standardError("orrery: warning: \(line)") }
        if try ModelFiles.kind(of: model) == .encoderDecoder {
            return try TextModel.open(encoderDecoder: model, reading: text, computeType: type, warn: warn)
        }
        let source = try TextModel.open(model, warn: warn)
        return (source, try source.promptTokens(text))
    }

    /// Runs the generation to its end or to Ctrl-C, and shows it on the way.
    private func stream(_ generation: Generation, prompt: String) throws -> String {
        let interrupt = InterruptFlag()
        defer { interrupt.release() }
        let out = Terminal.standardOutput
        var completion = ""
        func show(_ text: String) throws {
            completion += text
            if !output.json { try out.write(out.isTerminal ? safeForTerminal(text, out.appearance) : text) }
        }
        // On a terminal the text stands whole; a pipe gets what the model added.
        if !output.json, out.isTerminal { try out.write(out.appearance.paint(safeForTerminal(prompt, out.appearance), .bold)) }
        while !interrupt.isRaised, generation.advance() {}
        while !interrupt.isRaised, let step = try generation.next() { try show(step.text) }
        try show(generation.cancel())
        if !output.json, !completion.hasSuffix("\n") { try out.writeLine() }
        return completion
    }

    private func report(_ generation: Generation) {
        let timings = generation.timings
        func rate(_ value: Double?) -> String { value.map { Human.rate($0, "tokens/s") } ?? "-" }
        let end = switch generation.finishReason {
        case .stop: generation.tokens.last.map(generation.options.stop.endTokens.contains) == true ? "end of text" : "stop string"
        case .length: generation.completion.count == maxTokens ? "--max-tokens" : "context full"
        case .cancelled, nil: "interrupted"
        }
        Terminal.standardError.showLine(Terminal.standardError.appearance.paint(
            "prefill \(timings.prefillTokens) tokens, \(rate(timings.prefillTokensPerSecond))  decode \(timings.decodeTokens) tokens, "
                + "\(rate(timings.decodeTokensPerSecond))  ended by: \(end)", .dim))
    }
}

extension Generation {
    /// What `--json` prints about a finished generation; docs/json.md.
    func json(text: String) -> JSONObject {
        var o = JSONObject()
        o["text"] = JSONValue(text)
        o["ids"] = JSONValue(completion.map(Int.init))
        o["prompt_ids"] = JSONValue(options.prompt.map(Int.init))
        o["prompt_tokens"] = JSONValue(options.prompt.count)
        o["completion_tokens"] = JSONValue(completion.count)
        o["prefill_tokens_per_s"] = JSONValue(timings.prefillTokensPerSecond)
        o["decode_tokens_per_s"] = JSONValue(timings.decodeTokensPerSecond)
        o["finish_reason"] = JSONValue(finishReason?.rawValue)
        o["sampling"] = .object(options.sampling.json)
        o["dtype"] = JSONValue(options.computeType.name)
        o["activations"] = JSONValue(Processor.current.activations.rawValue)
        o["cache_type"] = JSONValue(options.cacheType.rawValue)
        return o
    }
}

extension SamplingOptions {
    var json: JSONObject {
        var o = JSONObject()
        o["temperature"] = JSONValue(temperature)
        o["top_k"] = JSONValue(topK)
        o["top_p"] = JSONValue(topP)
        o["min_p"] = JSONValue(minP)
        // A seed may be above what JSON readers hold exactly.
        o["seed"] = seed <= 1 << 53 ? .int(Int64(seed)) : .string(String(seed))
        return o
    }
}

extension ElementType {
    var name: String { self == .float32 ? "float32" : "bfloat16" }
}
