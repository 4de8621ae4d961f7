import OrreryFiles
import OrreryNN

/// A model in one GGUF file: nothing but its vectors is read when it is opened.
///
/// Functions that open one take `warn`, which receives what was found and not used, a line each, and throw `FileError`
/// or `ModelError` naming the file, the key or the tensor, and what was expected.
package enum GGUFModel {
    package static func kind(of path: String) throws -> ModelKind {
        try Architectures.kind(JSONFields(.object(configuration(path)), file: path))
    }

    package static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> any TokenModel {
        try open(path, warn, ModelDirectory.make)
    }

    package static func openEncoder(_ path: String, warn: (String) -> Void = { _ in }) throws -> any TextEncoder {
        try open(path, warn, ModelDirectory.makeEncoder)
    }

    package static func openEncoderDecoder(
        _ path: String, warn: (String) -> Void = { _ in }
    ) throws -> any EncoderDecoder {
        try open(path, warn, ModelDirectory.makeEncoderDecoder)
    }

    private static func open<Model>(
        _ path: String, _ warn: (String) -> Void, _ make: (JSONFields, any WeightSource) throws -> Model
    ) throws -> Model {
        let file = try GGUFFile(path: path), architecture = try GGUFArchitecture.of(file),
            config = try GGUFConfiguration(file, architecture)
        let source = try GGUFWeights(file, config),
            model = try make(JSONFields(.object(config.object), file: path), source)
        for name in source.unused { warn("\(path): tensor \(name) is not used by \(architecture.modelType)") }
        return model
    }

    /// The `config.json` that Hugging Face would have for the file.
    package static func configuration(_ path: String) throws -> JSONObject {
        let file = try GGUFFile(path: path)
        return try GGUFConfiguration(file, GGUFArchitecture.of(file)).object
    }
}
