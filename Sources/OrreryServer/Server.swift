import Foundation
import Hummingbird
import Kernels
import Logging
import OrreryEngine
import OrreryFiles
import ServiceLifecycle

/// The HTTP server: OpenAI's API over the models that it is given.
public struct Server: Sendable {
    /// The settings.
    public let configuration: ServerConfiguration
    private let registry: ModelRegistry
    private let log: Logger

    /// A server, which has not loaded its models yet.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - log: where it writes what happens.
    /// - Throws: an error that names what is wrong with the settings.
    public init(_ configuration: ServerConfiguration, log: Logger) throws {
        self.configuration = configuration
        self.log = log
        registry = try ModelRegistry(configuration, Processor.current, log)
    }

    /// Loads the models and serves them until the process is asked to stop; streams that run then may finish.
    ///
    /// - Parameter ready: receives the address once it is listened at.
    public func run(ready: @escaping @Sendable (_ address: String) -> Void) async throws {
        try await registry.loadAll()
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
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ErrorResponses())
        let (registry, configuration) = (registry, configuration)
        let texts = TextCompletions(registry: registry, configuration: configuration)
        let chats = ChatCompletions(registry: registry, configuration: configuration)
        let models = ModelRoutes(registry: registry)
        router.get("/health") { _, _ in Response(json: ["status": "ok"]) }
        for prefix in ["", "/v1"] {
            router.get("\(prefix)/models") { _, _ in await models.list() }
            router.get("\(prefix)/models/:model") { _, context in try await models.get(context) }
            router.post("\(prefix)/completions") { request, _ in try await texts.respond(to: request) }
            router.post("\(prefix)/chat/completions") { request, _ in try await chats.respond(to: request) }
        }
        return router
    }
}
