import OrreryFiles

/// The `config.json` that a GGUF file stands for, while it is put together.
struct GGUFConfiguration {
    let file: GGUFFile
    let architecture: GGUFArchitecture
    private(set) var object = JSONObject()

    /// - Throws: `FileError` naming a key that is missing or of another type, `ModelError` naming what is not
    ///   supported.
    init(_ file: GGUFFile, _ architecture: GGUFArchitecture) throws {
        (self.file, self.architecture) = (file, architecture)
        object["architectures"] = [JSONValue(architecture.className)]
        object["model_type"] = JSONValue(architecture.modelType)
        for key in architecture.keys { object[key.config] = try value(of: key) }
        // In llama.cpp that is so whatever the class has.
        if architecture.keys.contains(where: { $0.config == "num_key_value_heads" }) {
            object["num_key_value_heads"] = object["num_key_value_heads"] ?? object["num_attention_heads"]
        }
        // The table says how many tokens there are; tokenizers may know fewer.
        object["vocab_size"] = JSONValue(try shape("token_embd.weight").first ?? 0)
        object["tie_word_embeddings"] = JSONValue(file.tensors["output.weight"] == nil)
        // Lists with an entry for each layer are made from this count.
        _ = try file.metadata.int(key("block_count"), in: 1 ... max(1, file.ordered.count))
        try addEnds()
        try architecture.completes(&self)
    }

    subscript(key: String) -> JSONValue? {
        get { object[key] }
        set { object[key] = newValue }
    }

    /// The key's name with the architecture's before it.
    func key(_ name: String) -> String { "\(architecture.name).\(name)" }

    func int(_ name: String) throws -> Int? { try file.metadata.intIfPresent(key(name), in: 0 ... 1 << 32) }
    func number(_ name: String) throws -> Double? { try file.metadata.doubleIfPresent(key(name)) }

    /// An integer that a table has set.
    func size(_ configKey: String) throws -> Int {
        guard case .int(let value)? = object[configKey], let size = Int(exactly: value), size > 0 else {
            let name = architecture.keys.first { $0.config == configKey }?.gguf ?? configKey
            throw file.metadata.error(key(name), expected: "a positive integer")
        }
        return size
    }

    func has(_ tensor: String) -> Bool { file.tensors[tensor] != nil }

    /// The numbers of one head: said, or the width over the heads.
    func headSize() throws -> Int {
        if let said = try int("attention.key_length") { return said }
        let (width, heads) = (try size("hidden_size"), try size("num_attention_heads"))
        guard width % heads == 0 else {
            throw file.metadata.error(
                key("attention.head_count"), expected: "a divisor of \(key("embedding_length")) \(width)")
        }
        return width / heads
    }

    /// A float32 vector of the file, such as the factors of rotary positions.
    func vector(_ tensor: String) throws -> [Float]? {
        guard let info = file.tensors[tensor] else { return nil }
        guard info.type == .float32, info.shape.count == 1 else {
            throw ModelError.unusable(
                file.path, "tensor \(tensor) is \(info.type) \(info.shape); expected a vector of float32")
        }
        return try file.bytes(of: info).withUnsafeBytes { bytes in
            (0 ..< info.shape[0]).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    private func shape(_ tensor: String) throws -> [Int] {
        guard let info = file.tensors[tensor] else {
            throw ModelError.unusable(file.path, "has no tensor \(tensor); expected a whole model")
        }
        return info.shape
    }

    private func value(of key: GGUFKey) throws -> JSONValue? {
        let metadata = file.metadata, name = self.key(key.gguf)
        if key.isRequired, metadata[name] == nil {
            throw metadata.error(name, expected: key.kind == .integer ? "an integer" : "a number")
        }
        return switch key.kind {
        case .integer: try (sameInAllLayers(name) ?? metadata.intIfPresent(name)).map { JSONValue($0) }
        case .number: try metadata.doubleIfPresent(name).map { JSONValue($0) }
        case .flag: try metadata.boolIfPresent(name).map { JSONValue($0) }
        }
    }

    /// The number of a key that llama.cpp lets be an array with one for each layer, where it is one and they are equal.
    func sameInAllLayers(_ name: String) throws -> Int? {
        guard let array = file.metadata[name]?.array else { return nil }
        let layers = try file.metadata.int(key("block_count"))
        guard array.count == layers, let numbers = array.ints(), let first = numbers.first,
            (1 ... 1 << 24).contains(first)
        else {
            throw file.metadata.error(name, expected: "an integer, or an array of \(layers), one for each layer")
        }
        guard let other = numbers.firstIndex(where: { $0 != first }) else { return first }
        throw file.metadata.error(
            name, expected: "the same number for each layer: layers that differ in it are not known here",
            found: "\(first) for layer 0 and \(numbers[other]) for layer \(other)")
    }

    /// The kind of each layer: `attention.sliding_window_pattern` says of each whether it has a window, or that all but
    /// every n-th have one.
    ///
    /// - Parameter every: where the file does not say; 0 means that all have one.
    func layerTypes(allButEvery every: Int) throws -> JSONValue {
        let layers = try size("num_hidden_layers"), name = key("attention.sliding_window_pattern")
        var isLocal: [Bool]
        if let array = file.metadata[name]?.array {
            guard array.count == layers,
                let flags = array.elementType == .bool ? array.bytes()?.map(Int.init) : array.ints()
            else {
                throw file.metadata.error(
                    name, expected: "an integer, or an array of \(layers) bools, one for each layer")
            }
            isLocal = flags.map { $0 != 0 }
        } else {
            let every = try file.metadata.intIfPresent(name, in: 0 ... 1 << 16) ?? every
            isLocal = (0 ..< layers).map { every == 0 || $0 % every < every - 1 }
        }
        return .array(isLocal.map { JSONValue(($0 ? AttentionLayerType.sliding : .full).rawValue) })
    }

    /// The tokens that begin and end a text: the end of a turn ends one too.
    private mutating func addEnds() throws {
        func id(_ name: String) throws -> Int? {
            try file.metadata.intIfPresent("tokenizer.ggml.\(name)_token_id", in: 0 ... 1 << 30)
        }
        object["bos_token_id"] = JSONValue(try id("bos"))
        let ends = try ["eos", "eot", "eom"].compactMap(id).reduce(into: [Int]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        object["eos_token_id"] = ends.count > 1 ? JSONValue(ends) : JSONValue(ends.first)
    }
}
