import Hummingbird

/// Reads what is asked of a model: the request's JSON object, and the model that it names.
struct ModelRequests: Sendable {
    let registry: ModelRegistry
    let configuration: ServerConfiguration

    /// The time between two pings in a stream in which nothing happens.
    var ping: Duration { .seconds(configuration.pingSeconds) }

    /// - Returns: the members of the body, the model, and a warning where the model was not asked for by its name.
    /// - Throws: `APIError` for a body that is no JSON object, or a model that is not served.
    func read(
        _ request: inout Request
    ) async throws -> (fields: RequestFields, served: ServedModel, warnings: [String]) {
        let fields = try await request.json(limit: configuration.maxBody)
        let (served, warning) = try await registry.model(named: fields.string("model"))
        return (fields, served, [warning].compactMap { $0 })
    }
}
