import Hummingbird
import Logging

/// What the server knows of a request besides its parts.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; nil where no keys are asked for.
    var client: ClientRequest?
    /// The models that the request uses.
    let models = ModelUses()

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
