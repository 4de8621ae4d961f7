import Hummingbird

/// Keeps a page of somebody else's from using a server on this machine: by its name (DNS rebinding gives a local
/// address another name), and by its origin.
struct BrowserCheck<Context: RequestContext>: RouterMiddleware {
    /// The names under which the server may be asked for; empty: any.
    let hosts: Set<String>
    /// The origins whose pages may use it.
    let origins: Set<String>

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try checkHost(request)
        guard let origin = request.headers[.origin] else { return try await next(request, context) }
        guard isAllowed(origin, request) else {
            throw APIError(
                status: 403, type: "permission_error", code: "origin_not_allowed",
                message: "pages of \(origin) may not use this server; --allow-origin \(origin) lets them")
        }
        if request.method == .options {
            return Response(status: .noContent, headers: Self.headers(origin, request))
        }
        var response: Response
        do { response = try await next(request, context) } catch {
            response = Response(APIError(error), as: API(path: request.uri.path))
        }
        response.headers.append(contentsOf: Self.headers(origin, request))
        return response
    }

    private func checkHost(_ request: Request) throws {
        guard !hosts.isEmpty, let authority = request.head.authority else { return }
        let name = Self.host(authority).lowercased()
        guard hosts.contains(name) else {
            throw APIError(
                status: 403, type: "permission_error", code: "host_not_allowed",
                message: "this server does not answer to the name \(name); --allow-host \(name) lets it")
        }
    }

    /// An authority without its port.
    static func host(_ authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" })
    }

    private func isAllowed(_ origin: String, _ request: Request) -> Bool {
        origins.contains(origin) || origins.contains("*")
            || request.head.authority.map { origin == "http://\($0)" || origin == "https://\($0)" } ?? false
    }

    private static func headers(_ origin: String, _ request: Request) -> HTTPFields {
        [
            .accessControlAllowOrigin: origin, .vary: "Origin",
            .accessControlAllowMethods: "GET, POST, DELETE, OPTIONS",
            .accessControlAllowHeaders: request.headers[.accessControlRequestHeaders] ?? "authorization, content-type",
            .accessControlMaxAge: "600",
        ]
    }
}
