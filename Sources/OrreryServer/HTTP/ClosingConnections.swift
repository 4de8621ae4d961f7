import Hummingbird

/// Says that the connection closes after what was posted: while an answer is made, its connection is watched for a
/// client that leaves, and after that no further request can be read from it. A client that was not told would send
/// its next request into a connection that is about to go.
struct ClosingConnections<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if request.method == .post { response.headers[.connection] = "close" }
        return response
    }
}
