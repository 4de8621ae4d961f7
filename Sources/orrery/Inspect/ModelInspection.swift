import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// What a model's files say about it.
struct ModelInspection {
    struct Tensor {
        let name: String
        /// As the format calls it: `F32`, `q4_K`.
        let type: String
        let shape: [Int]
        let byteCount: Int

        var count: Int { shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
    }

    /// What the tokenizer's files say, or why they can't be used.
    enum TokenizerFinding {
        case none
        case unusable(String)
        case found(any Tokenizer)
    }

    let path: String
    let format: String
    /// Hugging Face's `model_type`, GGUF's `general.architecture`.
    private(set) var architecture: String?
    private(set) var name: String?
    private(set) var hyperparameters: [(key: String, value: JSONValue)] = []
    private(set) var tensors: [Tensor] = []
    private(set) var tokenizer = TokenizerFinding.none
    private(set) var chatTemplate: String?
    private(set) var sizes: AttentionSizes?

    /// - Throws: `FileError` where the path holds none of the formats, or one that is damaged.
    init(path: String) throws {
        guard let status = FileStatus(path) else { throw FileError.request(path, "does not exist", advice: "name a GGUF file, a safetensors file or a model directory") }
        self.path = path
        if status.kind == .directory {
            format = "Hugging Face directory"
            try readDirectory()
        } else if GGUFFile.isGGUF(path: path) {
            let file = try GGUFFile(path: path)
            format = "GGUF version \(file.version)"
            try read(file)
        } else {
            format = "safetensors"
            read(try SafetensorsCheckpoint(file: path))
        }
    }

    var parameters: Int { tensors.reduce(0) { $0.addingReportingOverflow($1.count).partialValue } }
    var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

    /// Tensors, parameters and bytes of each type, the heaviest first.
    var types: [(type: String, tensors: Int, parameters: Int, bytes: Int)] {
        Dictionary(grouping: tensors, by: \.type).map { type, group in
            (type, group.count, group.reduce(0) { $0.addingReportingOverflow($1.count).partialValue }, group.reduce(0) { $0 + $1.byteCount })
        }.sorted { ($0.bytes, $1.type) > ($1.bytes, $0.type) }
    }

    // MARK: Reading

    private mutating func readDirectory() throws {
        let configPath = Path.join(path, "config.json")
        if FileStatus(configPath) != nil {
            let config = try JSONFields(contentsOf: configPath, dialect: .python)
            architecture = try config.stringIfPresent("model_type")
            name = try config.stringIfPresent("_name_or_path")
            hyperparameters = config.object.members.map { ($0.key, $0.value) }
            sizes = try AttentionSizes(config: config.fieldsIfPresent("text_config") ?? config)
        }
        read(try SafetensorsCheckpoint.open(directory: path))
        let templates = try ChatTemplateFiles(path: path)
        chatTemplate = (templates.template() ?? templates.templates.first)?.source
        findTokenizer()
    }

    private mutating func read(_ checkpoint: SafetensorsCheckpoint) {
        tensors = checkpoint.ordered.map { Tensor(name: $0.name, type: $0.dtype.rawValue, shape: $0.shape, byteCount: $0.byteRange.count) }
    }

    private mutating func read(_ file: GGUFFile) throws {
        let metadata = file.metadata
        architecture = try metadata.stringIfPresent("general.architecture")
        name = try metadata.stringIfPresent("general.name")
        // The vocabulary is a matter of its own.
        hyperparameters = try metadata.pairs.filter { !$0.key.hasPrefix("tokenizer.") }.map { ($0.key, try JSONValue($0.value)) }
        tensors = file.ordered.map { Tensor(name: $0.name, type: $0.type.name, shape: $0.shape, byteCount: $0.byteRange.count) }
        chatTemplate = try metadata.stringIfPresent("tokenizer.chat_template")
        if let architecture { sizes = try AttentionSizes(metadata, architecture) }
        if metadata["tokenizer.ggml.model"] != nil { findTokenizer() }
    }

    private mutating func findTokenizer() {
        do { tokenizer = .found(try TokenizerLoader.load(path: path)) } catch { tokenizer = .unusable("\(error)") }
    }
}

/// What decides the size of keys and values.
struct AttentionSizes {
    let layers: Int
    let keyValueHeads: Int
    let headSize: Int
    let context: Int?

    /// nil where the configuration uses other words.
    init?(config: JSONFields) throws {
        func int(_ keys: String...) throws -> Int? { try keys.lazy.compactMap { try config.intIfPresent($0, in: 1 ... 1 << 31) }.first }
        guard let layers = try int("num_hidden_layers", "n_layer", "num_layers"), let heads = try int("num_attention_heads", "n_head", "num_heads") else { return nil }
        let width = try int("hidden_size", "n_embd", "d_model")
        guard let headSize = try int("head_dim", "d_kv") ?? width.map({ $0 / heads }) else { return nil }
        (self.layers, self.headSize) = (layers, headSize)
        keyValueHeads = try int("num_key_value_heads") ?? heads
        context = try int("max_position_embeddings", "n_positions")
    }

    init?(_ metadata: GGUFMetadata, _ architecture: String) throws {
        func int(_ key: String) -> Int? { metadata["\(architecture).\(key)"]?.int.flatMap { (1 ... 1 << 31).contains($0) ? $0 : nil } }
        guard let layers = int("block_count"), let heads = int("attention.head_count"), let width = int("embedding_length") else { return nil }
        (self.layers, keyValueHeads, headSize) = (layers, int("attention.head_count_kv") ?? heads, int("attention.key_length") ?? width / heads)
        context = int("context_length")
    }

    /// Bytes of keys and values of so many positions in every layer, windows left out of account; nil beyond what can be counted.
    func keyValueBytes(context: Int, _ type: CacheType) -> Int? {
        var total = 2 * type.byteCount(headSize: headSize)
        for factor in [layers, keyValueHeads, context] {
            let (product, overflow) = total.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            total = product
        }
        return total
    }
}

extension JSONValue {
    /// A value of GGUF metadata; of a long array its length.
    init(_ value: GGUFValue) throws {
        switch value {
        case .bool(let flag): self = JSONValue(flag)
        case .string(let text): self = JSONValue(text)
        case .array(let array):
            self = array.count <= 256 ? .array(try array.values().map { try JSONValue($0) }) : JSONValue("\(array.count) values of type \(array.elementType)")
        default: self = value.int.map { JSONValue($0) } ?? value.double.map { JSONValue($0) } ?? JSONValue("\(value)")
        }
    }
}
