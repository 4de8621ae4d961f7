import Hummingbird

/// Reads what is asked of a model: the request's JSON object, and the model that it names.
struct ModelRequests: Sendable {
    let registry: ModelRegistry
    let configuration: ServerConfiguration

    /// The time between two pings in a stream in which nothing happens.
    var ping: Duration { .seconds(configuration.pingSeconds) }

    /// - Returns: the members of the body, the model, and a warning where the model was not asked for by its name.
    /// - Throws: `APIError` for a body that is no JSON object, or a model that is not served or cannot be opened.
    func read(
        _ request: inout Request, _ context: ServerContext
    ) async throws -> (fields: RequestFields, served: ServedModel, warnings: [String]) {
        let fields = try await request.json(limit: configuration.maxBody)
        let (served, warning) = try await model(named: fields.string("model"), context)
        return (fields, served, [warning].compactMap { $0 })
    }

    /// The model of a name, which stays in memory until the response has been sent.
    func model(
        named name: String?, _ context: ServerContext
    ) async throws -> (served: ServedModel, warning: String?) {
        let (use, warning) = try await registry.model(named: name)
        context.models.hold(use)
        return (use.served, warning)
    }
}
