import OrreryFiles
import OrreryNN

/// A model in one GGUF file.
public enum GGUFModel {
    /// Opens the model in the file at `path`: nothing but its vectors is read.
    ///
    /// - Parameter warn: receives what was found and not used, a line each.
    /// - Throws: `FileError` or `ModelError` naming the file, the key or the tensor, and what was expected.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> any LanguageModel {
        let file = try GGUFFile(path: path)
        let architecture = try GGUFArchitecture.of(file)
        let config = try GGUFConfiguration(file, architecture)
        let source = try GGUFWeights(file, config)
        let model = try ModelDirectory.make(JSONFields(.object(config.object), file: path), source)
        for name in source.unused { warn("\(path): tensor \(name) is not used by \(architecture.modelType)") }
        return model
    }

    /// The `config.json` that Hugging Face would have for the file.
    package static func configuration(_ path: String) throws -> JSONObject {
        let file = try GGUFFile(path: path)
        return try GGUFConfiguration(file, GGUFArchitecture.of(file)).object
    }
}
