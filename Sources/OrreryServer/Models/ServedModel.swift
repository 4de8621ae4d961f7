import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration

/// A model that is loaded, with its engine.
final class ServedModel: Sendable {
    /// The name that clients give it.
    let name: String
    let path: String
    let created: Int
    let kind: Kind
    /// The same model with each of its adapters.
    let adapted: [ServedModel]
    /// The name of the model that an adapter belongs to; nil for the model itself.
    let parent: String?

    enum Kind: Sendable {
        /// A model that continues texts, and takes part in conversations if it has a template.
        case language(TextModel, ChatModel?, Engine)
        /// A model that turns texts into vectors.
        case encoder(ServedEncoder)
    }

    init(
        name: String, path: String, _ kind: Kind, created: Int, adapted: [ServedModel] = [], parent: String? = nil
    ) {
        self.adapted = adapted
        self.parent = parent
        self.name = name
        self.path = path
        self.kind = kind
        self.created = created
    }

    /// A model that continues texts, and the same engine's model with each adapter.
    convenience init(
        name: String, path: String, _ model: TextModel, _ engine: Engine, created: Int,
        _ adapters: [ServerConfiguration.ServedAdapter]
    ) throws {
        let adapted = try adapters.map { adapter in
            let changed = try model.adapted(by: model.adapter(adapter.path, name: adapter.name))
            return ServedModel(
                name: Self.name(of: adapter, name), path: adapter.path,
                .language(changed, try changed.chatModel(), engine), created: created, parent: name)
        }
        self.init(
            name: name, path: path, .language(model, try model.chatModel(), engine), created: created,
            adapted: adapted)
    }

    /// The name of a model with an adapter.
    static func name(of adapter: ServerConfiguration.ServedAdapter, _ model: String) -> String {
        "\(model):\(adapter.name)"
    }

    /// The engine of a language model.
    ///
    /// - Throws: `APIError` for a model that writes no text.
    func engine() throws -> (model: TextModel, chat: ChatModel?, engine: Engine) {
        guard case .language(let model, let chat, let engine) = kind else {
            throw APIError.invalid("model", "\(name) turns texts into vectors; expected a model that writes text")
        }
        return (model, chat, engine)
    }

    /// The engine of a model that takes part in conversations.
    ///
    /// - Parameter advice: what the error says besides.
    /// - Throws: `APIError` for a model without a chat template.
    func conversation(
        or advice: String = ""
    ) throws -> (model: TextModel, chat: ChatModel, engine: Engine) {
        let (model, chat, engine) = try engine()
        guard let chat else { throw APIError.invalid("model", "\(name) has no chat template\(advice)") }
        return (model, chat, engine)
    }

    /// What the error for a model without a chat template says where texts could be continued instead.
    static let completionsInstead = "; expected a model with one, or /v1/completions"
}
