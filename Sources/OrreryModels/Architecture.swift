import OrreryFiles
import OrreryNN
import OrreryTensor

/// A model that a Hugging Face directory can describe: the class, its configuration, and how its checkpoints name things.
///
/// docs/adding-an-architecture.md walks through one.
protocol Architecture {
    associatedtype Configuration: ModelConfiguration
    /// What `config.json` calls it (`model_type`).
    static var modelTypes: [String] { get }
    /// Other beginnings that a tensor's name has in some checkpoints, by the one the model asks for; "" is none at all.
    static var otherPrefixes: [String: [String]] { get }
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
}

extension Architecture {
    /// Hugging Face's classes without a head save without its prefix.
    static var otherPrefixes: [String: [String]] { ["model.": [""]] }

    static func source(_ checkpoint: CheckpointWeights) -> any WeightSource { checkpoint }

    static var savesExpertsApart: Bool { true }

    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {}

    static func make(_ json: JSONFields, _ source: any WeightSource) throws -> Self { try Self(Configuration(json), source, initial: .init()) }

    /// Opens the model. All that it asks for is known to be in the file before the first weight is read.
    static func load(_ json: JSONFields, _ checkpoint: SafetensorsCheckpoint, warn: (String) -> Void) throws -> Self {
        let config = try Configuration(json)
        let unread = try Self(config, source(CheckpointWeights(checkpoint, otherPrefixes: otherPrefixes, readsNumbers: false)), initial: .init())
        try MemoryError.check(reading: unread.parameters, checkpoint.path)
        let weights = CheckpointWeights(checkpoint, otherPrefixes: otherPrefixes, readsNumbers: true)
        let model = try Self(config, source(weights), initial: .init())
        try model.account(forUnused: weights, checkpoint)
        // Older versions of transformers saved what they computed from the configuration.
        let computed = [".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias", "embeddings.position_ids"]
        let unused = weights.unused.filter { name in !computed.contains { name.hasSuffix($0) } } + checkpoint.unlisted
        for name in unused.prefix(8) { warn("\(checkpoint.path): tensor \(name) is not used by \(modelTypes[0])") }
        if unused.count > 8 { warn("\(checkpoint.path): nor are \(unused.count - 8) more tensors") }
        return model
    }
}

extension Architecture where Self: Model {
    var savedParameters: [Parameter] { parameters }
}
