import OrreryEngine

/// The settings of a server.
public struct ServerConfiguration: Sendable {
    /// A model to serve.
    public struct Model: Sendable {
        /// The model's directory or GGUF file.
        public var path: String
        /// The name that clients give it; nil means the base name of its path.
        public var alias: String?
        /// The adapters that requests may name after the model's name and a colon.
        public var adapters: [ServedAdapter] = []

        /// A model to serve.
        public init(path: String, alias: String? = nil) {
            self.path = path
            self.alias = alias
        }
    }

    /// An adapter of a model.
    public struct ServedAdapter: Sendable {
        /// The name that clients give it.
        public var name: String
        /// The adapter's directory.
        public var path: String

        /// An adapter under a name.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// The models. The first is opened at the start, the others when they are first asked for.
    public var models: [Model]
    /// The address to listen at.
    public var host = "127.0.0.1"
    /// The port to listen at; 0 lets the system choose one.
    public var port = 8080
    /// The bytes that the weights of all models may take; nil means half of the memory that is available, and at least
    /// the largest model.
    public var modelMemory: Int?
    /// The seconds that a request waits for the memory of models that have requests running.
    public var modelWaitSeconds = 30.0
    /// The settings of each model's engine. Without `cacheMemory`, all models together have a quarter of the memory that
    /// is available, in equal parts.
    public var engine = EngineConfiguration()
    /// A smaller model that guesses ahead for those that have its vocabulary; nil for none.
    public var draftModel: String?
    /// What tokens cost: responses say what they have taken; nil where nobody pays.
    public var prices: Prices?
    /// The file with the keys that are asked for; nil asks for none.
    public var keyFile: String?
    /// The SQLite database in which responses and conversations are kept; nil keeps them in memory.
    public var store: String?
    /// The names under which the server may be asked for, besides its own.
    public var allowedHosts: [String] = []
    /// The origins of web pages that may use the server, besides its own; `*` lets all.
    public var allowedOrigins: [String] = []
    /// The most bytes of a request's body.
    public var maxBody = 16 << 20
    /// The seconds between two pings in a stream in which nothing happens.
    public var pingSeconds = 15.0
    /// The version of the program, for receipts and for clients of ollama's API.
    public var version = "0.0.0"
    /// The seconds that running streams get to finish when the server is asked to stop.
    public var graceSeconds = 30.0

    /// What this build cannot keep in a file, and why; nil where it can.
    public static var storeWarning: String? { StoreChoice.hasSQLite ? nil : StoreChoice.missing }

    /// Adds an adapter to the model that its name begins with, before a colon, or to the only one.
    ///
    /// - Parameters:
    ///   - name: `MODEL:NAME`, or `NAME` where there is one model.
    ///   - path: the adapter's directory.
    /// - Throws: an error that says which model was expected.
    public mutating func add(adapter name: String, path: String) throws {
        let names = models.map { $0.alias ?? ModelRegistry.baseName($0.path) }
        guard let index = models.count == 1 ? 0 : names.firstIndex(where: { name.hasPrefix($0 + ":") }) else {
            throw APIError.invalid(
                nil,
                "the adapter \(name) names no model; expected MODEL:NAME with one of \(names.joined(separator: ", "))")
        }
        let prefix = names[index] + ":", own = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        guard !own.isEmpty, !models[index].adapters.contains(where: { $0.name == own }) else {
            throw APIError.invalid(
                nil, "two adapters of \(names[index]) are named \(own); expected NAME=DIR with two names")
        }
        models[index].adapters.append(ServedAdapter(name: own, path: path))
    }

    /// Settings with their defaults.
    public init(models: [Model]) { self.models = models }
}
