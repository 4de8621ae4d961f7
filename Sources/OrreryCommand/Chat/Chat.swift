import ArgumentParser
import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTerminal
import OrreryTokenizers

/// Talks with a model, turn by turn, in the words of its own chat template.
struct Chat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk with a model, in the words of its own chat template.",
        discussion: """
            The template is the model's: chat_template.jinja, chat_template in tokenizer_config.json, or tokenizer.chat_template of a GGUF file. \
            A model without one continues the texts that are typed. Ctrl-C stops an answer and not the program; /help lists what else can be typed. \
            With --prompt it answers once.
            """)

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption
    @OptionGroup var adapter: AdapterOption

    @Option(help: "What the model is told before the conversation. (default: nothing, or what its template says)")
    var system: String?

    @Option(
        name: [.customShort("p"), .long],
        help: "Answer this one message and end; - reads it from standard input. (default: a conversation)")
    var prompt: String?

    @Option(help: "Chat template: a file, a named one of the model's, chatml, or plain. (default: the model's own)")
    var template: String?

    @Option(
        name: .customLong("set"),
        help:
            "Variable for the template, NAME=JSON, such as enable_thinking=false. May be given several times. (default: none)"
    )
    var variables: [String] = []

    @Option(name: [.customShort("n"), .long], help: "Maximum number of tokens in an answer.")
    var maxTokens = 1024

    @OptionGroup var sampling: SamplingFlags
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if maxTokens < 1 { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        if output.json, prompt == nil { throw ValidationError("--json: expected --prompt with it, for one answer") }
        _ = try templateVariables()
    }

    func run() throws {
        try processor.run(compute) {
            let source = try opened()
            let chat = try naming { try source.chatModel(template: template) }
            if chat == nil, system != nil {
                throw InputError(
                    "\(model): has no chat template, and so no place for --system; give it one with --template FILE (or chatml, plain)"
                )
            }
            let type = compute.type(default: Processor.current.fastestType)
            let message = try prompt.map(PromptText.read)
            var options = ChatSession.Options(
                for: source, sampling: sampling.options(suggested: source.suggestedSampling), maxTokens: maxTokens)
            options.template.variables = try templateVariables()
            (options.computeType, options.cacheType) = (type, cache.type(computing: type, compute, source.model))
            if !output.json, !options.sampling.isGreedy {
                standardError(Terminal.standardError.appearance.paint("seed \(options.sampling.seed)", .dim))
            }
            let session = ChatSession(source, chat, system: system, options: options)
            if prompt == nil { LineReader.whileWorking { source.prepare(type) } } else { source.prepare(type) }
            if let message {
                try answerOnce(message, session)
            } else {
                try ChatLoop(session, title: ModelTitle(source, path: source.path ?? model.text)).run()
            }
        }
    }

    private func opened() throws -> TextModel {
        func open() throws -> TextModel {
            try adapter.adapting(TextModel.open(model.text, warn: ModelWarning.using))
        }
        return prompt == nil ? try LineReader.whileWorking(open) : try open()
    }

    private func answerOnce(_ message: String, _ session: ChatSession) throws {
        let interrupt = InterruptFlag()
        defer { interrupt.release() }
        if session.chat == nil {
            standardError("orrery: \(model) has no chat template: it continues the text (--template gives it one)")
        }
        let out = Terminal.standardOutput
        let turn = try session.ask(message)
        try TurnReading.run(turn, interrupt) { text in
            if !output.json { try out.write(out.isTerminal ? safeForTerminal(text, out.appearance) : text) }
        }
        if output.json {
            try output.print(turn.generation.json(text: turn.text))
        } else if !turn.text.hasSuffix("\n") {
            try out.writeLine()
        }
        try interrupt.check()
    }

    private func templateVariables() throws -> [String: TemplateValue] {
        var values: [String: TemplateValue] = [:]
        for setting in variables {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set: expected NAME=JSON, found \(setting)")
            }
            let name = String(parts[0])
            do { values[name] = TemplateValue(try JSONValue(parsing: String(parts[1]), file: "--set \(name)")) } catch {
                throw ValidationError("\(error)")
            }
        }
        return values
    }

    /// Says which flag chooses a template.
    private func naming<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as ChatError { throw InputError("--template: \(error)") }
    }
}
