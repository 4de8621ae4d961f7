import Foundation
import OrreryFiles

/// Opens saved tokenizers.
public enum TokenizerLoader {
    /// What a `tokenizer.json` may weigh: the largest published ones have 35 MB, and a tree of its values takes ten times that.
    private static let maximalBytes = 256 << 20

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
        return try TokenizerError.naming(url.path) {
            try HuggingFaceReader(
                path: url.path, root: json(url.path),
                configuration: FileManager.default.fileExists(atPath: configuration.path)
                    ? (configuration.path, try json(configuration.path)) : nil
            ).tokenizer()
        }
    }

    private static func json(_ path: String) throws -> JSONValue {
        let file = try MappedFile(path: path)
        guard file.count <= maximalBytes else {
            throw TokenizerError.file(path, "has \(file.count) bytes; expected a tokenizer of at most \(maximalBytes) bytes")
        }
        return try file.withUnsafeBytes { try JSONValue(parsing: $0, file: path) }
    }
}
