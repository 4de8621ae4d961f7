import ArgumentParser
import Foundation
import Kernels
import Logging
import OrreryEngine
import OrreryServer
import OrreryTerminal

/// Serves models over HTTP.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve models over HTTP, with OpenAI's, Anthropic's and ollama's APIs.",
        discussion: """
            Every flag can be given in the environment too, as ORRERY_SERVE_CACHE_MEMORY for --cache-memory, and in the file of --config; the \
            command line goes first, then the environment, then the file. One line on standard error says the address once it is listened at. Requests are computed together, and what begins alike is computed \
            once; a text depends on its request alone. Ctrl-C and SIGTERM let running streams finish.
            """)

    @Argument(help: "Model directories and GGUF files.")
    var models: [String]

    @Option(help: "Name of a model, in the order of the models; may be given several times. (default: its file's name)")
    var alias: [String] = []

    @Option(
        help: ArgumentHelp(
            "LoRA adapter in PEFT's format, NAME=DIR: requests for the model MODEL:NAME have it. With several models MODEL:NAME=DIR. May be given several times. (default: none)",
            valueName: "adapter"))
    var lora: [NamedAdapter] = []

    @Option(help: "Address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen at; 0 lets the system choose one.")
    var port = 8080

    @Option(
        help:
            "Memory for the weights of all models, such as 8GB: the first is opened at the start, others when they are asked for, and the one that was used longest ago makes room. (default: half of what is available, at least the largest model)"
    )
    var modelMemory: String?

    @Option(
        help:
            "Memory for keys and values of each model, such as 500MB or 2GB; what was used longest ago makes room. (default: a quarter of what is available, shared by the models)"
    )
    var cacheMemory: String?

    @Option(
        help:
            "Directory in which keys and values are kept as well, made if it is not there: a restarted server finds a long prompt again. What clients wrote can be read from it. (default: none)"
    )
    var cacheDir: String?

    @Option(help: "Most bytes in --cache-dir, such as 10GB; what was used longest ago makes room.")
    var cacheDirSize = "10GB"

    @Option(help: "Texts that are computed together.")
    var maxSequences = EngineConfiguration().maxSequences

    @Option(help: "Requests that may wait; further ones are refused with status 429.")
    var maxQueue = EngineConfiguration().maxQueue

    @Option(
        help:
            "Tokens of prompts that are read in one pass while others wait for their next token: fewer make streams steadier, more make prompts faster."
    )
    var prefillChunk = EngineConfiguration().prefillChunkWhileDecoding

    @Option(
        help:
            "Tokens that are guessed ahead from the text so far, or by a draft model; they change its speed and never the text. 0 guesses none."
    )
    var maxDraft = EngineConfiguration().maxDraft

    @Option(
        help: ArgumentHelp(
            "A smaller model with the same vocabulary that guesses the next tokens where few texts run and they do not repeat themselves. (default: none)",
            valueName: "model"))
    var draftModel: ModelPath?

    @Option(
        help: ArgumentHelp(
            "Prices of a million tokens, of prompts, of prompts from the cache and of answers: 0.5,0.05,1.5. Responses then say their cost in `usage`, and /metrics the sums. (default: none)",
            valueName: "prompt,cached,answer"))
    var prices: TokenPrices?

    @Option(help: "Seconds that running streams get to finish when the server is asked to stop.")
    var grace = 30.0

    @Option(
        help:
            "File of keys that clients have to show: on each line KEY NAME [rate=N] [concurrency=N] [tokens=N] [priority=N], a minute's requests, requests at a time, a day's tokens. (default: none is asked for)"
    )
    var apiKeyFile: String?

    @Option(
        help:
            "SQLite database for responses and conversations, made if it is not there. (default: they are kept in memory, the newest 64 MB, until the server ends)"
    )
    var store: String?

    @Option(
        help:
            "Name under which the server may be asked for, besides localhost and --host; may be given several times. (default: none)"
    )
    var allowHost: [String] = []

    @Option(
        help:
            "Origin whose web pages may use the server, such as https://example.org; may be given several times. (default: none but its own)"
    )
    var allowOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "JSON file of settings: an object whose keys are flags without dashes, such as {\"models\": [\"a.gguf\"], \"port\": 8000}. (default: none)",
            valueName: "file"))
    var config: String?

    @Flag(help: "Print the settings and where each comes from, and start nothing.")
    var printConfig = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions

    func validate() throws {
        if !(0 ... 65535).contains(port) { throw ValidationError("--port: expected 0 to 65535, found \(port)") }
        if alias.count > models.count {
            throw ValidationError("--alias: expected at most \(models.count), one for each model, found \(alias.count)")
        }
        if !(grace >= 0 && grace < 1e6) {
            throw ValidationError("--grace: expected a number of seconds, found \(grace)")
        }
        if output.json, !printConfig { throw ValidationError("--json: expected it with --print-config") }
        _ = try bytes(modelMemory, "--model-memory")
        _ = try bytes(cacheMemory, "--cache-memory")
        _ = try bytes(cacheDirSize, "--cache-dir-size")
    }

    private func bytes(_ text: String?, _ flag: String) throws -> Int? {
        try text.map { text in
            guard let bytes = ByteCount.parse(text) else {
                throw ValidationError("\(flag): expected bytes, such as 500MB or 2GB, found \(text)")
            }
            return bytes
        }
    }

    func run() throws {
        if printConfig, let settings = LayeredSettings.current {
            let report = SettingsReport(settings: settings.settings)
            return output.json ? try output.print(report.json) : try print(report.text)
        }
        try processor.run(compute) {
            let type = compute.type(default: Processor.current.fastestType)
            var configuration = ServerConfiguration(
                models: models.enumerated().map { index, path in
                    .init(path: path, alias: index < alias.count ? alias[index] : nil)
                })
            for adapter in lora { try configuration.add(adapter: adapter.name, path: adapter.path) }
            configuration.modelMemory = try bytes(modelMemory, "--model-memory")
            configuration.host = host
            configuration.version = Version.current
            configuration.port = port
            configuration.graceSeconds = grace
            configuration.keyFile = apiKeyFile
            configuration.store = store
            configuration.allowedHosts = allowHost
            configuration.allowedOrigins = allowOrigin
            configuration.engine = EngineConfiguration(
                computeType: type, cacheType: cache.type(computing: type, compute),
                cacheMemory: try bytes(cacheMemory, "--cache-memory"),
                maxSequences: maxSequences, maxQueue: maxQueue, prefillChunkWhileDecoding: prefillChunk,
                maxDraft: maxDraft)
            configuration.draftModel = try draftModel?.path()
            configuration.prices = prices?.prices
            var log = Logger(label: "orrery") { StreamLogHandler.standardError(label: $0) }
            log.logLevel = .warning
            if let warning = ServerConfiguration.storeWarning, store == nil { standardError("orrery: \(warning)") }
            configuration.engine.cacheDirectory = cacheDir
            configuration.engine.cacheDirectoryLimit = try bytes(cacheDirSize, "--cache-dir-size") ?? 0
            configuration.engine.warn = { [log] in log.warning("\($0)") }
            let server = try Server(configuration, log: log)
            try Waiting.on { try await server.run { standardError("orrery: listening at \($0)") } }
        }
    }
}

/// Waits on the main thread for work that is asynchronous.
enum Waiting {
    static func on(_ body: @escaping @Sendable () async throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var failure: (any Error)?  // read after the semaphore
        Task {
            do { try await body() } catch { failure = error }
            done.signal()
        }
        done.wait()
        if let failure { throw failure }
    }
}
