import OrreryFiles

/// Reading what sentence-transformers writes.
///
/// Source: sentence-transformers 5, `base/model.py`, `base/modules/module.py`, `base/modules/normalize.py`.
extension SentenceModules {
    mutating func read(directory: String, _ warn: (String) -> Void) throws {
        let path = Path.join(directory, "modules.json")
        if FileStatus(path) != nil { try read(modules: path, in: directory, warn) }
        settings = try SentenceSettings(encoderPath, warn: warn)
        let file = Path.join(directory, "config_sentence_transformers.json")
        guard FileStatus(file) != nil else { return }
        let json = try JSONFields(contentsOf: file, dialect: .python)
        if let type = try json.stringIfPresent("model_type"), type != "SentenceTransformer" {
            warn(
                "\(file): model_type is \(FileError.quoted(type)); it is read as a SentenceTransformer, which gives one vector per text"
            )
        }
        prompts = try SentencePrompts(json)
        keptWidth = try json.intIfPresent("truncate_dim", in: 1 ... 1 << 24)
        if let name = try json.stringIfPresent("similarity_fn_name") {
            let known = Similarity(rawValue: name)
            if known == nil {
                warn("\(file): similarity_fn_name \(FileError.quoted(name)) is not known here; cosine is used")
            }
            similarity = known ?? .cosine
        }
    }

    private mutating func read(modules path: String, in directory: String, _ warn: (String) -> Void) throws {
        guard case .array(let modules) = try JSONValue(contentsOf: path, dialect: .python) else {
            throw FileError.content(path, expected: "a list of modules")
        }
        var isPooled = false
        for module in modules {
            let fields = try JSONFields(module, file: path), folder = try Self.folder(fields, in: directory),
                type = try fields.string("type")
            switch type.split(separator: ".").last {
            case "Transformer", "BERT": encoderPath = folder
            case "Dropout": break  // for training
            case "Pooling":
                pooling = try SentencePooling(
                    JSONFields(contentsOf: Path.join(folder, "config.json"), dialect: .python))
                steps = []  // what stood before it made another vector, which this one replaces
                isPooled = true
            case "Normalize": try addNormalize(folder, isPooled: isPooled)
            case "Dense" where isPooled: steps.append(.dense(folder: folder))
            case "LayerNorm" where isPooled: steps.append(.layerNorm(folder: folder))
            case "Dense", "LayerNorm":
                throw fields.error(
                    "type", expected: "a Pooling before it: layers of single positions are not known here")
            default:
                throw fields.error(
                    "type",
                    expected: "Transformer, Pooling, Dense, LayerNorm, Dropout or Normalize, the modules known here")
            }
        }
        if !isPooled { warn("\(path): has no module that pools; vectors are means of all positions") }
    }

    /// A `Normalize`, which may have a file that says of what. Before the pooling there is no vector of the text yet,
    /// so that it does nothing.
    private mutating func addNormalize(_ folder: String, isPooled: Bool) throws {
        let path = Path.join(folder, "config.json")
        guard folder != encoderPath, FileStatus(path) != nil else {
            if isPooled { steps.append(.normalize) }
            return
        }
        let json = try JSONFields(contentsOf: path, dialect: .python),
            input = try json.stringIfPresent("module_input_name") ?? "sentence_embedding"
        guard try json.stringIfPresent("module_output_name") ?? input == input else {
            throw json.error("module_output_name", expected: "\(input), where the vectors come from")
        }
        switch input {
        case "sentence_embedding": if isPooled { steps.append(.normalize) }
        case "token_embeddings": if !isPooled { normalizesPositions = true }
        default: throw json.error("module_input_name", expected: "sentence_embedding or token_embeddings")
        }
    }

    /// A module's folder, which must be inside the model's.
    private static func folder(_ fields: JSONFields, in directory: String) throws -> String {
        let path = try fields.stringIfPresent("path") ?? "", parts = path.split(separator: "/")
        guard parts.allSatisfy({ Path.isPlainName(String($0)) }), !path.hasPrefix("/") else {
            throw fields.error("path", expected: "a folder of the model's directory")
        }
        return parts.reduce(directory) { Path.join($0, String($1)) }
    }
}
