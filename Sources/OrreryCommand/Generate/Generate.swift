import ArgumentParser
import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTerminal
import OrreryTokenizers

/// Continues texts, token by token.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a text with a model; tokens appear as they are chosen.",
        discussion: """
            An empty prompt starts from nothing: after the end-of-text token where the tokenizer has one, else after a newline. \
            A model with an encoder and a decoder (t5) reads the prompt and writes its answer. \
            Generation ends at an end-of-text token, a stop string, --max-tokens, or when the context is full. \
            Ctrl-C ends it and keeps what is there. The text goes to standard output, the rates and the seed to standard error.

            Several texts come in the order of the prompts, each with its samples, an empty line between two; with --json an object a line. The samples of a prompt \
            are computed together, up to 16 at once, and read the prompt once; prompts are computed one after the other. A text depends on its own prompt and seed \
            alone: on nothing that is computed with it.
            """)

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption
    @OptionGroup var adapter: AdapterOption
    @OptionGroup var prompts: PromptOptions

    @Option(name: [.customShort("n"), .long], help: "Maximum number of tokens to generate.")
    var maxTokens = 256

    @Option(help: "Texts to generate from each prompt. Sample i, from 0, has the seed --seed + i.")
    var samples = 1

    @OptionGroup var sampling: SamplingFlags

    @Option(
        name: .customLong("stop"), help: "End where this string appears. May be given several times. (default: none)")
    var stops: [String] = []

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if maxTokens < 1 { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        if !(1 ... 100_000).contains(samples) {
            throw ValidationError("--samples: expected 1 to 100000, found \(samples)")
        }
        do { try StopConditions(maxTokens: maxTokens, stopStrings: stops).validate() } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        try processor.run(compute) {
            let type = compute.type(default: Processor.current.fastestType), texts = try prompts.read()
            let source = try PromptedModel(model.text, type, adapter, warn: ModelWarning.using)
            // What is wrong with a prompt is said before the first text is made.
            for index in texts.indices { try naming(index, of: texts) { try source.check(texts[index]) } }
            if let oddity = texts.lazy.compactMap(source.oddity).first { standardError("orrery: warning: \(oddity)") }
            if texts == [""], prompts.isStandardInput {
                standardError(
                    "orrery: standard input is empty, so that the text starts from nothing; -p TEXT gives it a beginning"
                )
            }
            let interrupt = InterruptFlag()
            defer { interrupt.release() }
            let setting = SampleRun.Setting(
                total: texts.count * samples, samples: samples, output: output, interrupt: interrupt,
                maxTokens: maxTokens)
            for (index, text) in texts.enumerated() {
                let group = try naming(index, of: texts) {
                    let (model, start) = try source.start(text)
                    return try SampleGroup(model, options(model, start, type), count: samples)
                }
                try SampleRun(group: group, prompt: text, index: index, setting: setting).run()
                if interrupt.isRaised { throw Interrupted() }
            }
        }
    }

    private func options(_ source: TextModel, _ start: [TokenID], _ type: ElementType) -> GenerationOptions {
        GenerationOptions(
            prompt: start, sampling: sampling.options(suggested: source.suggestedSampling),
            stop: source.stopConditions(maxTokens: maxTokens, stopStrings: stops), computeType: type,
            cacheType: cache.type(computing: type, compute, source.model))
    }

    /// Says of which prompt an error is, where there are several.
    private func naming<R>(_ index: Int, of texts: [String], _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as GenerationError where texts.count > 1 {
            throw InputError("prompt \(index + 1) of \(texts.count): \(error)")
        }
    }
}
