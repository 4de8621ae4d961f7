import Hummingbird
import Synchronization

/// A request's hold on a model, which stays in memory as long as anybody keeps this.
package final class ModelUse: Sendable {
    /// The model, or the one with an adapter.
    let served: ServedModel
    /// What is in memory.
    private let held: ServedModel

    /// - Parameters:
    ///   - served: the model that answers.
    ///   - held: the model in memory that it is, or whose adapter it has.
    init(_ served: ServedModel, of held: ServedModel) {
        (self.served, self.held) = (served, held)
        held.beginUse()
    }

    deinit { held.endUse() }

    /// Asks for it to leave memory when its last request has ended.
    func letGoAfterwards() { held.leavesWhenIdle() }
}

/// The models that one request holds, to the last byte of its response.
final class ModelUses: Sendable {
    private let uses = Mutex<[ModelUse]>([])

    func hold(_ use: ModelUse) { uses.withLock { $0.append(use) } }

    /// Asks for them to leave memory when their last request has ended.
    func letGoAfterwards() {
        for use in uses.withLock(\.self) { use.letGoAfterwards() }
    }
}

/// Keeps the models of a request in memory until its response has been sent, a stream's too.
struct HoldingModels: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let body = response.body, uses = context.models
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            withExtendedLifetime(uses) {}
        }
        return response
    }
}
