import Foundation
import OrreryFiles

/// A file of a saved tokenizer: its name in the model directory and its contents.
public struct TokenizerFile: Sendable, Hashable {
    /// The name of the file in the model directory, such as `tokenizer.json`.
    public let name: String
    /// The contents of the file.
    public let contents: Data

    /// A file with a name and contents.
    public init(name: String, contents: Data) {
        self.name = name
        self.contents = contents
    }
}

extension Tokenizer {
    /// Writes `tokenizer.json` and `tokenizer_config.json` into `directory`, which must exist; each replaces an old one
    /// whole.
    ///
    /// - Throws: `FileError` naming the file that could not be written; `TokenizerError` if the format cannot say what
    ///   this tokenizer does.
    public func save(to directory: String) throws {
        for file in try files() {
            try AtomicFile.write(Array(file.contents), to: Path.join(directory, file.name))
        }
    }
}
