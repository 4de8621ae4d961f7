import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// Everything that decides the texts of a response, with the hashes of model and texts: whoever has the model can make
/// the same texts again, and see that they are.
public struct Receipt: Sendable, Hashable {
    /// A model or an adapter.
    public struct Source: Sendable, Hashable {
        /// The name by which clients know it.
        public var name: String
        /// Where its files were.
        public var path: String
        /// The hashes of its files.
        public var files: [FileHash]

        /// A source of numbers.
        package init(name: String, path: String, files: [FileHash]) {
            (self.name, self.path, self.files) = (name, path, files)
        }
    }

    /// The version of the program.
    public var version: String
    /// The model.
    public var model: Source
    /// The adapter, if there was one.
    public var adapter: Source?
    /// The instruction set that computed.
    public var instructionSet: InstructionSet
    /// The type to which activations of products with quantised weights were rounded.
    public var activations: ActivationType
    /// The type to which operands of products were rounded.
    public var computeType: ElementType
    /// The type in which keys and values were kept.
    public var cacheType: CacheType
    /// What was asked, and the hashes of what came of it.
    public var requests: [Request]

    /// A receipt of an engine's texts.
    public init(version: String, model: Source, adapter: Source?, engine: Engine, requests: [Request]) {
        (self.version, self.model, self.adapter, self.requests) = (version, model, adapter, requests)
        let processor = engine.processor
        (instructionSet, activations) = (processor.instructionSet, processor.activations)
        computeType = engine.configuration.computeType
        cacheType = engine.configuration.cacheType ?? CacheType(computeType)
    }
}

// MARK: - As JSON

extension Receipt {
    /// The receipt as responses carry it; docs/serving-traces.md.
    package var json: JSONValue {
        [
            "version": JSONValue(version), "model": model.json, "adapter": adapter?.json ?? .null,
            "instruction_set": JSONValue(instructionSet.rawValue), "activations": JSONValue(activations.rawValue),
            "dtype": computeType == .float32 ? "float32" : "bfloat16", "cache_type": JSONValue(cacheType.rawValue),
            "requests": .array(requests.map(\.json)),
        ]
    }

    /// Reads what `json` gives.
    ///
    /// - Throws: `FileError` that names a member which is missing or has another kind of value.
    package init(_ fields: JSONFields) throws {
        version = try fields.string("version")
        model = try Source(fields.fields("model"))
        adapter = try fields.fieldsIfPresent("adapter").map(Source.init)
        instructionSet = try fields.value("instruction_set", InstructionSet.init(rawValue:), "an instruction set")
        activations = try fields.value("activations", ActivationType.init(rawValue:), "int8 or int16")
        computeType = try fields.value(
            "dtype", { $0 == "float32" ? .float32 : $0 == "bfloat16" ? .bfloat16 : nil }, "float32 or bfloat16")
        cacheType = try fields.value("cache_type", CacheType.init(rawValue:), "a type of keys and values")
        guard let found = try fields.objectsIfPresent("requests") else {
            throw fields.error("requests", expected: "an array of objects")
        }
        requests = try found.map(Request.init)
    }
}

extension Receipt.Source {
    fileprivate init(_ fields: JSONFields) throws {
        name = try fields.string("name")
        path = try fields.string("path")
        guard let found = try fields.objectsIfPresent("files") else {
            throw fields.error("files", expected: "an array of objects")
        }
        files = try found.map(FileHash.init)
    }

    fileprivate var json: JSONValue {
        ["name": JSONValue(name), "path": JSONValue(path), "files": .array(files.map(\.json))]
    }
}

extension JSONFields {
    /// A string that stands for a value.
    func value<Value>(_ key: String, _ make: (String) -> Value?, _ expected: String) throws -> Value {
        guard let value = make(try string(key)) else { throw error(key, expected: expected) }
        return value
    }
}
