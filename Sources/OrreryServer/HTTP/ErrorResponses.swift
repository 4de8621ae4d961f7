import Hummingbird
import Logging

/// Gives every error the form in which clients expect it.
struct ErrorResponses<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        func response(_ refusal: APIError) -> Response { Response(refusal, as: API(path: request.uri.path)) }
        do { return try await next(request, context) } catch is CancellationError {
            throw CancellationError()
        } catch let error as HTTPError {
            return response(Self.refusal(error, request))
        } catch {
            let refusal = APIError(error)
            if refusal.status >= 500, refusal.code == nil {
                context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            }
            return response(refusal)
        }
    }

    private static func refusal(_ error: HTTPError, _ request: Request) -> APIError {
        switch error.status.code {
        case 404:
            return .notFound(
                "there is no \(request.method) \(request.uri.path); docs/serving.md lists what is", code: "unknown_url")
        case let code:
            return APIError(
                status: code, type: code < 500 ? "invalid_request_error" : "server_error",
                message: error.body ?? error.status.reasonPhrase)
        }
    }
}
