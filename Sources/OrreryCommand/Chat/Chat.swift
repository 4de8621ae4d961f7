import ArgumentParser
import Foundation
import Kernels
import OrreryClient
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTerminal
import OrreryTokenizers

/// Talks with a model, turn by turn, in the words of its own chat template.
struct Chat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk with a model, here or at a server.",
        discussion: """
            The template is the model's: chat_template.jinja, chat_template in tokenizer_config.json, or tokenizer.chat_template of a GGUF file. \
            A model without one continues the texts that are typed. Ctrl-C stops an answer and not the program; /help lists what else can be typed. \
            With --prompt it answers once. \
            With the URL of a server that speaks OpenAI's chat completions (orrery serve, llama-server, ollama) the answers are the server's.
            """)

    @Argument(help: "\(ModelPath.forms) Or a server's URL, as http://HOST:PORT.")
    var model: ModelPath

    @Option(
        name: [.customShort("m"), .customLong("model")],
        help:
            "With a URL: which of the server's models. Else the same as <model>, as an option. (default: the only one)"
    )
    var name: String?

    @Option(
        help:
            "With a URL: the key that the server asks for, which other users of this machine can see here and not in ORRERY_API_KEY. (default: ORRERY_API_KEY, else OPENAI_API_KEY)"
    )
    var apiKey: String?
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

    @Flag(
        help:
            "Show answers as they are written. (default: their Markdown is shown in styles, on a terminal that has them)"
    )
    var plain = false

    @Option(help: "Memory for keys and values, such as 500MB or 2GB. (default: half of what is available)")
    var cacheMemory: String?

    @OptionGroup var sampling: SamplingFlags
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if maxTokens < 1 { throw ValidationError("--max-tokens: expected at least 1, found \(maxTokens)") }
        if output.json, prompt == nil { throw ValidationError("--json: expected --prompt with it, for one answer") }
        _ = try templateVariables()
        _ = try cacheBytes()
        if isServer {
            if let flag = localFlag {
                throw ValidationError("\(flag): expected none with a URL; the server decides that")
            }
        } else if apiKey != nil {
            throw ValidationError("--api-key: expected a URL with it, as http://HOST:PORT, found \(model)")
        }
    }

    func run() throws {
        try processor.run(compute) {
            let message = try prompt.map(PromptText.read)
            if isServer { return try talk(serverAnswers(), message) }
            try talk(engineAnswers(), message)
        }
    }

    private func talk(_ source: some AnswerSource, _ message: String?) throws {
        if let message { return try ChatOnce(source, self).answer(message) }
        var loop = ChatLoop(source, system: system, isPlain: plain)
        try loop.run()
    }

    // MARK: A model here

    private func engineAnswers() throws -> EngineAnswers {
        let source = try opened()
        let chat = try naming { try source.chatModel(template: template) }
        if chat == nil, system != nil {
            throw InputError(
                "\(model): has no chat template, and so no place for --system; give it one with --template FILE (or chatml, plain)"
            )
        }
        let type = compute.type(default: Processor.current.fastestType)
        var options = ChatSession.Options(
            for: source, sampling: sampling.options(suggested: source.suggestedSampling), maxTokens: maxTokens)
        options.template.variables = try templateVariables()
        (options.computeType, options.cacheType) = (type, cache.type(computing: type, compute, source.model))
        if !output.json, !options.sampling.isGreedy {
            standardError(Terminal.standardError.appearance.paint("seed \(options.sampling.seed)", .dim))
        }
        if prompt == nil { LineReader.whileWorking { source.prepare(type) } } else { source.prepare(type) }
        return try EngineAnswers(
            ChatPrompts(source, chat, options), title: "\(ModelTitle(source, path: source.path ?? model.text))",
            name: Path.name(source.name), cacheMemory: cacheBytes())
    }

    private func opened() throws -> TextModel {
        func open() throws -> TextModel {
            try adapter.adapting(TextModel.open(model.text, warn: ModelWarning.using))
        }
        return prompt == nil ? try LineReader.whileWorking(open) : try open()
    }

    private func cacheBytes() throws -> Int? {
        try cacheMemory.map { text in
            guard let bytes = ByteCount.parse(text) else {
                throw ValidationError("--cache-memory: expected bytes, such as 500MB or 2GB, found \(text)")
            }
            return bytes
        }
    }

    // MARK: A server

    private var isServer: Bool { ChatServer.isAddress(model.text) }

    /// A flag that was given and decides about a model in this process.
    private var localFlag: String? {
        let flags: [(String, Bool)] = [
            ("--lora", adapter.lora != nil), ("--template", template != nil), ("--set", !variables.isEmpty),
            ("--threads", processor.threads != nil), ("--dtype", compute.dtype != nil),
            ("--activations", compute.activationType != .default), ("--cache-type", cache.cacheType != nil),
            ("--cache-memory", cacheMemory != nil),
        ]
        return flags.first { $0.1 }?.0
    }

    private func serverAnswers() throws -> ServerAnswers {
        let environment = ProcessInfo.processInfo.environment
        let keys = [apiKey, environment["ORRERY_API_KEY"], environment["OPENAI_API_KEY"]]
        let server = try ChatServer(model.text, key: keys.compactMap { $0 }.first { !$0.isEmpty })
        let interrupt = InterruptFlag()
        defer { interrupt.release() }
        do {
            return try ServerAnswers(
                server, name: name, maxTokens: maxTokens, fields: sampling.requestFields,
                seed: sampling.seed.isDrawn ? nil : sampling.seed.value, isStopped: { interrupt.isRaised })
        } catch is CancellationError {
            try interrupt.check()
            throw Interrupted()
        }
    }

    // MARK: -

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
