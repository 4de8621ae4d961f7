import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
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
    /// What of the tokenizer's files is not used.
    private(set) var warnings: [String] = []
    private(set) var chatTemplate: String?
    /// What it keeps of each position while it generates; nil where the files do not say enough.
    private(set) var cache: CacheLayout?

    /// - Throws: `FileError` where the path holds none of the formats, or one that is damaged.
    init(path: String) throws {
        guard let status = FileStatus(path) else {
            throw FileError.request(
                path, "does not exist", advice: "name a GGUF file, a safetensors file or a model directory")
        }
        self.path = path
        if status.kind == .directory {
            format = "Hugging Face directory"
            try readDirectory()
        } else if path.hasSuffix(".gguf") || GGUFFile.isGGUF(path: path) {
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
            (
                type, group.count, group.reduce(0) { $0.addingReportingOverflow($1.count).partialValue },
                group.reduce(0) { $0 + $1.byteCount }
            )
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
            cache = try CacheLayout(config) ?? config.fieldsIfPresent("text_config").flatMap { CacheLayout($0) }
        }
        read(try SafetensorsCheckpoint.open(directory: path))
        let templates = try ChatTemplateFiles(path: path)
        chatTemplate = (templates.template() ?? templates.templates.first)?.source
        findTokenizer()
    }

    private mutating func read(_ checkpoint: SafetensorsCheckpoint) {
        tensors = checkpoint.ordered.map {
            Tensor(name: $0.name, type: $0.dtype.rawValue, shape: $0.shape, byteCount: $0.byteRange.count)
        }
    }

    private mutating func read(_ file: GGUFFile) throws {
        let metadata = file.metadata
        architecture = try metadata.stringIfPresent("general.architecture")
        name = try metadata.stringIfPresent("general.name")
        // The vocabulary is a matter of its own.
        hyperparameters = try metadata.pairs.filter { !$0.key.hasPrefix("tokenizer.") }.map {
            ($0.key, try JSONValue($0.value))
        }
        tensors = file.ordered.map {
            Tensor(name: $0.name, type: $0.type.name, shape: $0.shape, byteCount: $0.byteRange.count)
        }
        chatTemplate = try metadata.stringIfPresent("tokenizer.chat_template")
        cache = CacheLayout(file)
        if metadata["tokenizer.ggml.model"] != nil { findTokenizer() }
    }

    private mutating func findTokenizer() {
        do { tokenizer = .found(try TokenizerLoader.load(path: path) { warnings.append($0) }) } catch {
            tokenizer = .unusable("\(error)")
        }
    }
}

extension JSONValue {
    /// A value of GGUF metadata; of a long array its length.
    init(_ value: GGUFValue) throws {
        switch value {
        case .bool(let flag): self = JSONValue(flag)
        case .string(let text): self = JSONValue(text)
        case .array(let array):
            self =
                array.count <= 256
                ? .array(try array.values().map { try JSONValue($0) })
                : JSONValue("\(array.count) values of type \(array.elementType)")
        default: self = value.int.map { JSONValue($0) } ?? value.double.map { JSONValue($0) } ?? JSONValue("\(value)")
        }
    }
}
