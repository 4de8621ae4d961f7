import ArgumentParser
import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTerminal
import OrreryTokenizers
import OrreryTraining

/// How well a model predicts a text.
struct Eval: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how well a model predicts a text: loss, perplexity, bits per byte.",
        discussion: """
            The text is read in windows of --context tokens that start every --stride tokens; of each window the tokens count that no earlier \
            one had, so every token but the first is predicted once, with at least context - stride tokens before it. --windows halves puts the \
            windows side by side and counts the second half of each, as llama-perplexity does. Special tokens spelled out in the text are text.
            """)

    enum Windows: String, ExpressibleByArgument, CaseIterable { case sliding, halves }

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption
    @OptionGroup var adapter: AdapterOption

    @Option(
        help: ArgumentHelp(
            "Text to predict: a file, a directory of text files, - for standard input, or demo; may be repeated.",
            valueName: "file"))
    var data: [String]

    @OptionGroup var records: FieldOption

    @Option(
        name: [.customShort("c"), .long],
        help: "Tokens in a window. (default: 512, or the model's context where that is shorter)")
    var context: Int?

    @Option(help: "Tokens from the start of a window to that of the next. (default: half the context)")
    var stride: Int?

    @Option(help: "How the text is cut: sliding or halves.")
    var windows = Windows.sliding

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let context, context < 2 { throw ValidationError("--context: expected at least 2, found \(context)") }
        if let stride, stride < 1 { throw ValidationError("--stride: expected at least 1, found \(stride)") }
        if windows == .halves, stride != nil {
            throw ValidationError("--stride: the halves of windows side by side have none; omit it")
        }
    }

    func run() throws {
        try processor.run(compute) {
            let sources = DataSources(data.map(DataOptions.source))
            try TextSource(sources).requirePresent()
            let source = try adapter.adapting(TextModel.open(model.text, warn: ModelWarning.using))
            let text = try TextSource(
                sources, field: records.field, requiresUTF8: source.tokenizer is CharacterTokenizer
            ).read()
            if !output.json { for line in text.report.lines { standardError(line) } }
            let context = self.context ?? min(512, source.contextLength)
            let cut: EvaluationWindows.Cut =
                windows == .halves ? .halves : .sliding(stride: stride ?? max(1, context / 2))
            let interrupt = InterruptFlag(), line = ProgressLine(logInterval: 30), start = ContinuousClock.now
            defer { interrupt.release() }
            let type = compute.type(default: .float32)
            let result = try source.perplexity(
                of: text.bytes, context: context, cut: cut, computeType: type, cacheType: cache.type(computing: type)
            ) { done, total in
                line.update(
                    TaskStatus(
                        "Reading \(data.joined(separator: ", "))", completed: Double(done), total: Double(total),
                        unit: "windows", elapsedSeconds: (ContinuousClock.now - start).seconds))
                return !interrupt.isRaised
            }
            line.finish(keepingLastLine: false)
            try report(result, seconds: (ContinuousClock.now - start).seconds, interrupted: interrupt.isRaised)
            if interrupt.isRaised { throw Interrupted() }
        }
    }

    private func report(_ result: Perplexity, seconds: Double, interrupted: Bool) throws {
        guard output.json else {
            if interrupted {
                standardError("orrery: interrupted; the figures are of \(Human.number(result.windows, "window"))")
            }
            try print(
                "loss \(Human.fixed(result.loss, decimals: 4)) nats per token, perplexity \(Human.fixed(result.perplexity, decimals: 4)), \(Human.fixed(result.bitsPerByte, decimals: 4)) bits per byte"
            )
            try print(
                "\(Human.number(result.tokens, "token")), \(Human.number(result.bytes, "byte")), \(Human.number(result.windows, "window")) in \(Human.duration(seconds: seconds))"
            )
            return
        }
        var o = JSONObject()
        o["loss"] = JSONValue(result.loss)
        o["perplexity"] = JSONValue(result.perplexity)
        o["bits_per_byte"] = JSONValue(result.bitsPerByte)
        o["tokens"] = JSONValue(result.tokens)
        o["bytes"] = JSONValue(result.bytes)
        o["windows"] = JSONValue(result.windows)
        o["seconds"] = JSONValue(seconds)
        o["tokens_per_s"] = JSONValue(Double(result.tokens) / seconds)
        o["cache_type"] = JSONValue(cache.type(computing: compute.type(default: .float32)).rawValue)
        o["interrupted"] = JSONValue(interrupted)
        try output.print(o)
    }
}
