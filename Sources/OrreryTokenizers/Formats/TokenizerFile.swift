import Foundation
import OrreryFiles

/// A file of a saved tokenizer: its name in the model directory and its contents.
public struct TokenizerFile: Sendable, Hashable {
    public let name: String
    public let contents: Data

    public init(name: String, contents: Data) {
        self.name = name
        self.contents = contents
    }
}

extension Tokenizer {
    /// Writes `tokenizer.json` and `tokenizer_config.json` into `directory`, which must exist; each replaces an old one
    /// whole.
    ///
    /// - Throws: `FileError` naming the file that could not be written.
    public func save(to directory: URL) throws {
        for file in try files() {
            try AtomicFile.write(Array(file.contents), to: directory.appendingPathComponent(file.name).path)
        }
    }
}
