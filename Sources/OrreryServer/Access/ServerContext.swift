import Hummingbird
import Logging

/// What the server knows of a request besides its parts.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; nil where no keys are asked for.
    var client: ClientRequest?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
