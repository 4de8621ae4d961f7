import Foundation
import Hummingbird
import Kernels
import Logging
import OrreryEngine
import OrreryFiles
import OrreryStore
import ServiceLifecycle

/// The HTTP server: OpenAI's, Anthropic's and ollama's APIs over the models that it is given.
public struct Server: Sendable {
    /// The settings.
    public let configuration: ServerConfiguration
    private let registry: ModelRegistry
    private let keys: KeyFile?
    private let store: any ResponseStore
    private let log: Logger

    /// A server, which has read the headers of its models and opened none.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - log: where it writes what happens.
    /// - Throws: an error that names what is wrong with the settings.
    public init(_ configuration: ServerConfiguration, log: Logger) throws {
        self.configuration = configuration
        self.log = log
        keys = try configuration.keyFile.map(KeyFile.init(path:))
        store = try StoreChoice.open(configuration.store)
        registry = try ModelRegistry(configuration, Processor.current, log)
    }

    /// Opens the first model and serves all until the process is asked to stop; streams that run then may finish.
    ///
    /// - Parameter ready: receives the address once it is listened at.
    public func run(ready: @escaping @Sendable (_ address: String) -> Void) async throws {
        try await registry.openFirst()
        let host = configuration.host
        let application = Application(
            router: router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.port), serverName: "orrery"),
            onServerRunning: { channel in
                ready("http://\(host.contains(":") ? "[\(host)]" : host):\(channel.localAddress?.port ?? 0)")
            },
            logger: log)
        var services = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        services.maximumGracefulShutdownDuration = .seconds(configuration.graceSeconds)
        try await ServiceGroup(configuration: services).run()
        for (_, engine) in await registry.engines { await engine.flush() }
    }

    /// The method and the path of everything that is answered: `POST /v1/models/{model}`.
    package var routes: [String] {
        router().routes.map { "\($0.method) \($0.path)".replacing(/:([a-z]+)/) { "{\($0.1)}" } }
    }

    private func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: ClosingConnections())
        router.add(middleware: ErrorResponses())
        router.add(middleware: BrowserCheck(hosts: hosts, origins: Set(configuration.allowedOrigins)))
        router.add(middleware: KeyCheck(keys: keys))
        router.add(middleware: HoldingModels())
        let registry = registry, prices = configuration.prices,
            requests = ModelRequests(registry: registry, configuration: configuration)
        let texts = TextCompletions(requests: requests)
        let chats = ChatCompletions(requests: requests)
        let embeddings = Embeddings(requests: requests)
        let rerank = Rerank(requests: requests)
        let hidden = HiddenStates(requests: requests)
        let tokenizing = Tokenizing(requests: requests)
        let models = ModelRoutes(registry: registry)
        router.get("/health") { _, _ in Response(json: ["status": "ok"]) }
        router.get("/ready") { _, _ in Response(json: ["status": "ok"]) }
        router.get("/metrics") { _, _ in await Metrics(registry, prices).response() }
        router.post("/tokenize") { try await tokenizing.tokenize($0, $1) }
        router.post("/detokenize") { try await tokenizing.detokenize($0, $1) }
        router.post("/apply-template") { try await tokenizing.applyTemplate($0, $1) }
        let messages = Messages(requests: requests)
        router.post("/v1/messages") { try await messages.respond(to: $0, $1) }
        router.post("/v1/messages/count_tokens") { try await messages.count($0, $1) }
        router.post("/v1/hidden_states") { try await hidden.respond(to: $0, $1) }
        router.addResponses(requests, store)
        router.addOllama(requests)
        for prefix in ["", "/v1"] {
            router.get("\(prefix)/models") { _, _ in await models.list() }
            router.get("\(prefix)/models/:model") { _, context in try await models.get(context) }
            router.post("\(prefix)/completions") { try await texts.respond(to: $0, $1) }
            router.post("\(prefix)/chat/completions") { try await chats.respond(to: $0, $1) }
            router.post("\(prefix)/embeddings") { try await embeddings.respond(to: $0, $1) }
            router.post("\(prefix)/rerank") { try await rerank.respond(to: $0, $1) }
        }
        return router
    }

    /// The names under which a server at a local address answers; at others any name may be this machine's.
    private var hosts: Set<String> {
        let local: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host.lowercased()
        guard local.contains(host) || !configuration.allowedHosts.isEmpty else { return [] }
        return local.union([host]).union(configuration.allowedHosts.map { $0.lowercased() })
    }
}
