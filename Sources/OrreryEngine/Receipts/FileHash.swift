import Foundation
import OrreryFiles

/// The hash of a file's whole content.
public struct FileHash: Sendable, Hashable {
    /// The file's name, without its directory.
    public let name: String
    /// The bytes that it has.
    public let byteCount: Int
    /// SHA-256 in hexadecimal, as `sha256sum` gives it.
    public let sha256: String

    /// The hashes of the files that a model's texts depend on: the file itself, or of a directory its weights, its
    /// configuration and its tokenizer.
    ///
    /// - Throws: `FileError` or an error of the system for a file that cannot be read.
    package static func ofModel(_ path: String) throws -> [FileHash] {
        guard FileStatus(path)?.kind == .directory else { return [try FileHash(path)] }
        return try Directory.names(in: path).sorted().filter(isPartOfModel).map { try FileHash(Path.join(path, $0)) }
    }

    private static func isPartOfModel(_ name: String) -> Bool {
        [".safetensors", ".gguf", ".bin", ".model", ".tiktoken"].contains { name.hasSuffix($0) }
            || [
                "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
                "vocab.txt", "merges.txt", "added_tokens.json", "special_tokens_map.json", "adapter_config.json",
            ].contains(name)
    }

    private init(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var hash = SHA256(), count = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { hash.add($0) }
            count += piece.count
        }
        (name, byteCount, sha256) = (Path.name(path), count, hash.hexadecimal)
    }

    init(_ fields: JSONFields) throws {
        name = try fields.string("name")
        byteCount = try fields.int("bytes", in: 0 ... .max)
        sha256 = try fields.string("sha256")
    }

    var json: JSONValue {
        ["name": JSONValue(name), "bytes": JSONValue(byteCount), "sha256": JSONValue(sha256)]
    }
}
