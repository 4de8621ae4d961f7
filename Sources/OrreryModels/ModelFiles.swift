import OrreryFiles

/// Opens models in any of their forms: a GGUF file or a model directory.
///
/// Functions that open a model take `warn`, which receives a line for each thing that was found and not used.
public enum ModelFiles {
    /// The kind of the model at `path`.
    ///
    /// - Throws: `ModelError`, which lists the known architectures, if the model is of none of them.
    public static func kind(of path: String) throws -> ModelKind {
        try isFile(path) ? GGUFModel.kind(of: path) : ModelDirectory.kind(of: path)
    }

    /// Opens a language model without its tokenizer.
    ///
    /// - Throws: `FileError` or `ModelError` with the file, the field or tensor, and what was expected.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> any TokenModel {
        try isFile(path) ? GGUFModel.open(path, warn: warn) : ModelDirectory.open(path, warn: warn)
    }

    /// Opens an encoder without its tokenizer.
    ///
    /// - Throws: `FileError` or `ModelError` with the file, the field or tensor, and what was expected.
    public static func openEncoder(_ path: String, warn: (String) -> Void = { _ in }) throws -> any TextEncoder {
        try isFile(path) ? GGUFModel.openEncoder(path, warn: warn) : ModelDirectory.openEncoder(path, warn: warn)
    }

    /// Opens an encoder-decoder without its tokenizer.
    ///
    /// - Throws: `FileError` or `ModelError` with the file, the field or tensor, and what was expected.
    public static func openEncoderDecoder(
        _ path: String, warn: (String) -> Void = { _ in }
    ) throws -> any EncoderDecoder {
        try isFile(path)
            ? GGUFModel.openEncoderDecoder(path, warn: warn) : ModelDirectory.openEncoderDecoder(path, warn: warn)
    }

    /// Opens a model of any kind, to convert it.
    package static func openAny(_ path: String, warn: (String) -> Void = { _ in }) throws -> any Model {
        switch try kind(of: path) {
        case .languageModel: try open(path, warn: warn)
        case .encoder: try openEncoder(path, warn: warn)
        case .encoderDecoder: try openEncoderDecoder(path, warn: warn)
        }
    }

    /// The files that make the model at `path`, as far as they are there: a GGUF file with its parts, or what belongs
    /// to the model in a directory.
    package static func files(of path: String) -> [String] {
        let isFile = FileStatus(path)?.kind == .file, directory = isFile ? Path.parent(path) : path
        let names = (try? Directory.names(in: directory)) ?? []
        guard isFile else {
            return names.filter { (try? ModelDirectory.foreignPath($0, in: path)) == .some(nil) }.map {
                Path.join(path, $0)
            }
        }
        return [path] + names.filter { GGUFSplit.isPart($0, of: Path.name(path)) }.map { Path.join(directory, $0) }
    }

    /// Whether the model is a GGUF file, and not a directory.
    ///
    /// - Throws: `FileError` where there is nothing, or a directory of something else.
    package static func isFile(_ path: String) throws -> Bool {
        guard let status = FileStatus(path) else {
            throw FileError.request(path, "does not exist", advice: "name a GGUF file or a model directory")
        }
        guard status.kind == .directory, FileStatus(Path.join(path, "config.json")) == nil else {
            return status.kind == .file
        }
        let inside = try Directory.names(in: path).first { $0.lowercased().hasSuffix(".gguf") }
        if FileStatus(Path.join(path, ModelDirectory.RunName.training.rawValue + "/plan.json")) != nil {
            throw FileError.request(
                path, "is a training run that has no weights yet",
                advice: "resume it with `resuming`, and it writes them")
        }
        throw FileError.request(
            path, "is a directory without config.json",
            advice: inside.map { "name the file in it: \(Path.join(path, $0))" }
                ?? "name a GGUF file or a model directory")
    }
}
