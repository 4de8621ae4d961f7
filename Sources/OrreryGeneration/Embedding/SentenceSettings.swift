import OrreryFiles

/// How sentence-transformers turns a text into an encoder's tokens: `sentence_bert_config.json` and the tokenizer's own
/// settings next to it.
///
/// Source: sentence-transformers 5, `base/modules/transformer.py`.
package struct SentenceSettings: Sendable {
    /// Longer texts are cut; nil where only the encoder limits them.
    package private(set) var maximalTokens: Int?
    /// Whether texts are brought to lower case, whatever the tokenizer does.
    package private(set) var lowercases = false
    /// Whether a text that is too long loses its beginning (`truncation_side`).
    package private(set) var cutsBeginning = false

    init() {}

    /// The names that the file has had.
    private static let names = ["bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"].map {
        "sentence_\($0)_config.json"
    }

    /// - Parameter warn: receives what was found and not used, a line each.
    init(_ directory: String, warn: (String) -> Void) throws {
        func json(_ name: String) throws -> JSONFields? {
            let path = Path.join(directory, name)
            return FileStatus(path) == nil ? nil : try JSONFields(contentsOf: path, dialect: .python)
        }
        let tokenizer = try json("tokenizer_config.json")
        if let settings = try Self.names.lazy.compactMap(json).first(where: { !$0.object.keys.isEmpty }) {
            try read(settings, warn)
        }
        if maximalTokens == nil, let value = try tokenizer?.doubleIfPresent("model_max_length"), value >= 1 {
            maximalTokens = Int(min(value, Double(Self.largest)))  // where nobody knew, transformers writes 1e30
        }
        let said = try tokenizer?.stringIfPresent("truncation_side")
        let side = try said ?? json("tokenizer.json")?.fieldsIfPresent("truncation")?.stringIfPresent("direction")
        cutsBeginning = side?.lowercased() == "left"
    }

    private static let largest = 1 << 24

    private mutating func read(_ json: JSONFields, _ warn: (String) -> Void) throws {
        lowercases = try json.boolIfPresent("do_lower_case") ?? false
        maximalTokens = try json.intIfPresent("max_seq_length", in: 1 ... Self.largest)
        try Self.require(json, "transformer_task", "feature-extraction")
        try Self.require(json, "module_output_name", "token_embeddings")
        if let text = try json.fieldsIfPresent("modality_config")?.fieldsIfPresent("text") {
            try Self.require(text, "method", "forward")
            try Self.require(text, "method_output_name", "last_hidden_state")
        }
        if let processing = try json.fieldsIfPresent("processing_kwargs") {
            for key in ["common", "text"] where try processing.fieldsIfPresent(key)?.object.keys.isEmpty == false {
                throw processing.error(key, expected: "none: such settings of single calls are not known here")
            }
        }
        try readArguments(json, warn)
        for key in ["tokenizer_name_or_path", "query_length", "document_length", "query_expansion"] where json.has(key)
        {
            warn("\(json.file): \(key) is not used")
        }
    }

    /// Arguments for transformers. Those that do not change a vector are passed over.
    private mutating func readArguments(_ json: JSONFields, _ warn: (String) -> Void) throws {
        let harmless = NameSet([
            "use_fast", "padding_side", "clean_up_tokenization_spaces", "legacy", "local_files_only",
            "trust_remote_code",
        ])
        for key in ["processor_kwargs", "tokenizer_args", "config_kwargs", "config_args"] {
            guard let arguments = try json.fieldsIfPresent(key) else { continue }
            let ofTokenizer = !key.hasPrefix("config")
            if ofTokenizer, let length = try arguments.intIfPresent("model_max_length", in: 1 ... Self.largest) {
                maximalTokens = length
            }
            for name in arguments.object.keys
            where !harmless.contains(name) && !(ofTokenizer && name == "model_max_length") {
                throw arguments.error(name, expected: "no such argument: only model_max_length is known here")
            }
        }
        for key in ["model_kwargs", "model_args"] {
            for name in try json.fieldsIfPresent(key)?.object.keys ?? [] where !harmless.contains(name) {
                warn("\(json.file): \(key).\(FileError.oneLine(name)) is not used")
            }
        }
    }

    private static func require(_ json: JSONFields, _ key: String, _ value: String) throws {
        if json.has(key), try json.string(key) != value {
            throw json.error(key, expected: "\(value), which is what is done here")
        }
    }
}
