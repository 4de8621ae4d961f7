import Hummingbird

/// Asks for a key, as `Authorization: Bearer KEY` or `x-api-key: KEY`, and keeps its holder's limits.
struct KeyCheck: RouterMiddleware {
    typealias Context = ServerContext

    let keys: KeyFile?

    /// What is told without a key: whether the server is there.
    private static let open: Set<String> = ["/health", "/ready", "/v1/health"]

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let keys, !Self.open.contains(request.uri.path), request.method != .options else {
            return try await next(request, context)
        }
        guard let key = Self.key(of: request) else {
            throw Self.unauthorized("a key is missing; expected Authorization: Bearer KEY, or x-api-key: KEY")
        }
        guard let client = keys.client(forKey: key) else { throw Self.unauthorized("the key is not known here") }
        var context = context
        context.client = try client.begin()
        return try await next(request, context)
    }

    private static func key(of request: Request) -> String? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
        }
        return request.headers[.init("x-api-key")!]
    }

    private static func unauthorized(_ message: String) -> APIError {
        APIError(status: 401, type: "authentication_error", code: "invalid_api_key", message: message)
    }
}
