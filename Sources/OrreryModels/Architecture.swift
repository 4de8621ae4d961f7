import OrreryFiles
import OrreryNN
import OrreryTensor

/// A model that a Hugging Face directory can describe: the class, its configuration, and how its checkpoints name
/// things.
///
/// docs/adding-an-architecture.md walks through one.
protocol Architecture {
    associatedtype Configuration: ModelConfiguration
    /// What `config.json` calls it (`model_type`).
    static var modelTypes: [String] { get }
    /// Other beginnings that a tensor's name has in some checkpoints, by the one the model asks for; "" is none at all.
    static var otherPrefixes: [String: [String]] { get }
    /// The output layer and the table of embeddings that it may be; nil where the class has but one way.
    static var tied: (head: String, tokens: String)? { get }
    init(_ config: Configuration, _ source: any WeightSource, initial: Initialization) throws
    /// The checkpoint as the model asks for it: itself, unless it stores weights in another form.
    static func source(_ checkpoint: CheckpointWeights) -> any WeightSource
    var parameters: [Parameter] { get }
    /// The parameters as Hugging Face's class saves them: the model's have to have numbers.
    var savedParameters: [Parameter] { get }
    /// Whether the experts of a stack are saved one by one, each under its own name.
    static var savesExpertsApart: Bool { get }
    /// Looks at the tensors that were not asked for, and marks those as used that rightly are not.
    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws
}

/// An architecture's sizes and options: one struct each, with Hugging Face's keys as property names.
protocol ModelConfiguration: Sendable, Hashable {
    /// - Throws: `FileError` naming the field that is missing, of the wrong type or not known here.
    init(_ json: JSONFields) throws
    /// Whether the table of embeddings is the output layer too.
    var tieWordEmbeddings: Bool { get }
    /// The sizes of Hugging Face's class, for files that leave them out because they are its own.
    static var defaults: JSONObject { get }
    /// Other names of fields, with the class's own (`attribute_map`).
    static var otherNames: [String: String] { get }
}

extension ModelConfiguration {
    static var otherNames: [String: String] { [:] }

    /// What a file says, completed with what it leaves to the class.
    init(completing json: JSONFields) throws {
        try self.init(json.completed(with: Self.defaults, otherNames: Self.otherNames))
    }
}

extension Architecture {
    /// Hugging Face's classes without a head save without its prefix, those for sequences say `transformer`, and models
    /// that see images hold the text model inside.
    static var otherPrefixes: [String: [String]] {
        [
            "model.": [
                "", "model.language_model.", "language_model.model.", "language_model.", "transformer.", "model.model.",
            ], "lm_head.": ["language_model.lm_head."],
        ]
    }

    static var tied: (head: String, tokens: String)? { ("lm_head.weight", "model.embed_tokens.weight") }

    static func source(_ checkpoint: CheckpointWeights) -> any WeightSource { checkpoint }

    static var savesExpertsApart: Bool { true }

    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {}

    static func make(_ json: JSONFields, _ source: any WeightSource) throws -> Self {
        try Self(Configuration(completing: json), source, initial: .init())
    }
}

extension Architecture where Self: Model {
    var savedParameters: [Parameter] { parameters }
}
