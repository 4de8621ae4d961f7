import Foundation

/// Opens saved tokenizers.
public enum TokenizerLoader {
    /// What a `tokenizer.json` may weigh: the largest published ones have 35 MB.
    private static let maximalBytes = 64 << 20

    /// The tokenizer at `path`: a model directory, or its `tokenizer.json`. A `tokenizer_config.json` beside it says which token
    /// ends a text.
    ///
    /// - Throws: `TokenizerError` naming the file, what is wrong in it and what was expected.
    public static func load(path: String) throws -> any Tokenizer {
        var url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw TokenizerError.file(path, "does not exist; expected char, byte, a model directory or its tokenizer.json")
        }
        if isDirectory.boolValue { url.appendPathComponent("tokenizer.json") }
        let configuration = url.deletingLastPathComponent().appendingPathComponent("tokenizer_config.json")
        return try HuggingFaceReader(
            path: url.path, bytes: read(url),
            configuration: FileManager.default.fileExists(atPath: configuration.path)
                ? (configuration.path, try read(configuration)) : nil
        ).tokenizer()
    }

    private static func read(_ url: URL) throws -> [UInt8] {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard let attributes, let size = (attributes[.size] as? NSNumber)?.intValue else {
            throw TokenizerError.file(url.path, "does not exist or cannot be read; expected a tokenizer in Hugging Face's format")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw TokenizerError.file(url.path, "is not a regular file; expected a tokenizer in Hugging Face's format")
        }
        guard size <= maximalBytes else {
            throw TokenizerError.file(url.path, "has \(size) bytes; expected a tokenizer of at most \(maximalBytes) bytes")
        }
        guard let data = try? Data(contentsOf: url) else {
            throw TokenizerError.file(url.path, "cannot be read; expected a readable file")
        }
        return [UInt8](data)
    }
}
