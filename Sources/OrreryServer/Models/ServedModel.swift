import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import Synchronization

/// A model that is in memory, with its engine.
final class ServedModel: Sendable {
    /// The name that clients give it.
    let name: String
    let path: String
    let kind: Kind
    /// The same model with each of its adapters.
    let adapted: [ServedModel]
    /// The name of the model that an adapter belongs to; nil for the model itself.
    let parent: String?
    /// The hashes of its files, once a receipt has asked for them.
    let hashes = ModelHashes()
    private let uses = Mutex(Uses())
    private let onIdle: @Sendable () -> Void

    private struct Uses {
        var count = 0
        var leavesWhenIdle = false
    }

    enum Kind: Sendable {
        /// A model that continues texts, and takes part in conversations if it has a template.
        case language(TextModel, ChatModel?, Engine)
        /// A model that turns texts into vectors.
        case encoder(ServedEncoder)
        /// A model that scores texts by how they answer a question.
        case ranker(ServedRanker)
    }

    /// - Parameter onIdle: called when the last request has ended.
    init(
        name: String, path: String, _ kind: Kind, adapted: [ServedModel] = [], parent: String? = nil,
        onIdle: @escaping @Sendable () -> Void = {}
    ) {
        self.adapted = adapted
        self.parent = parent
        self.name = name
        self.path = path
        self.kind = kind
        self.onIdle = onIdle
    }

    /// The name of a model with an adapter.
    static func name(of adapter: ServerConfiguration.ServedAdapter, _ model: String) -> String {
        "\(model):\(adapter.name)"
    }

    // MARK: Who uses it

    /// The requests that use it.
    var useCount: Int { uses.withLock(\.count) }

    /// Whether its last request has asked for it to leave memory, and nobody uses it.
    var leaves: Bool { uses.withLock { $0.count == 0 && $0.leavesWhenIdle } }

    func beginUse() {
        uses.withLock {
            $0.count += 1
            $0.leavesWhenIdle = false
        }
    }

    func endUse() {
        let left = uses.withLock { uses in
            uses.count -= 1
            return uses.count
        }
        if left == 0 { onIdle() }
    }

    /// Asks for it to leave memory once nobody uses it, unless another request comes meanwhile.
    func leavesWhenIdle() { uses.withLock { $0.leavesWhenIdle = true } }

    // MARK: What it can do

    /// The engine of a language model.
    ///
    /// - Throws: `APIError` for a model that writes no text.
    func engine() throws -> (model: TextModel, chat: ChatModel?, engine: Engine) {
        guard case .language(let model, let chat, let engine) = kind else {
            throw APIError.invalid("model", "\(name) \(purpose); expected a model that writes text")
        }
        return (model, chat, engine)
    }

    /// The encoder of a model that turns texts into vectors.
    ///
    /// - Throws: `APIError` for a model that writes text.
    func sentenceEncoder() throws -> ServedEncoder {
        guard case .encoder(let encoder) = kind else {
            throw APIError.invalid("model", "\(name) \(purpose); expected a sentence encoder")
        }
        return encoder
    }

    private var purpose: String {
        switch kind {
        case .language: "writes text"
        case .encoder: "turns texts into vectors"
        case .ranker: "ranks texts (/v1/rerank)"
        }
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
