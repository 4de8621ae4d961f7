import Foundation

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
    /// Writes `tokenizer.json` and `tokenizer_config.json` into `directory`, which must exist; each replaces an old one whole.
    ///
    /// - Throws: `TokenizerError` naming the file that could not be written.
    public func save(to directory: URL) throws {
        for file in try files() {
            let url = directory.appendingPathComponent(file.name)
            do {
                try file.contents.write(to: url, options: .atomic)
            } catch {
                throw TokenizerError.file(url.path, "cannot be written (\(error.localizedDescription)); expected a writable directory")
            }
        }
    }
}
