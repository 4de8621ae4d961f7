import Foundation
import OrreryFiles
import OrreryTokenizers

/// The ids of large texts, kept in files so that a second run does not encode them again.
///
/// A file's name is a hash of all that the ids depend on: the text, where its documents end, the tokenizer's files, and
/// this very program. A file that is damaged is ignored and made anew.
package struct EncodingCache: Sendable {
    package let directory: String
    /// Smaller texts are encoded faster than they are worth keeping.
    let leastBytes: Int
    /// What tells one build of this program from another.
    private let program: String
    private static let suffix = ".ids", magic = Array("orrery ids 1\n".utf8)
    /// Older files make room for new ones.
    private static let mostFiles = 8

    package init(directory: String, leastBytes: Int, program: String) {
        (self.directory, self.leastBytes, self.program) = (directory, leastBytes, program)
    }

    /// Files in `DIRECTORY/ids`.
    package init(in directory: String) {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let attributes = try? FileManager.default.attributesOfItem(atPath: executable)
        let (size, date) = (
            attributes?[.size] as? Int ?? 0, (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        )
        self.init(directory: Path.join(directory, "ids"), leastBytes: 4 << 20, program: "\(executable) \(size) \(date)")
    }

    /// The name for the ids of a text; nil where the tokenizer cannot be told from others.
    package func key(_ text: TrainingText, _ tokenizer: any Tokenizer) throws -> String? {
        // What a GGUF file says of its tokenizer is more than the files made from it do.
        guard !(tokenizer is GGUFTokenizer), let files = try? tokenizer.files() else { return nil }
        var hash = SHA256()
        hash.add(Array(program.utf8))
        for file in files.sorted(by: { $0.name < $1.name }) {
            hash.add(file.contents.count)
            hash.add(Array(file.contents))
        }
        hash.add(Array("\(type(of: tokenizer))".utf8))
        hash.add(text.documents.count)
        text.documents.withUnsafeBytes { hash.add($0) }
        hash.add(text.bytes)
        return hash.hexadecimal
    }

    /// What is kept, unless it is damaged.
    package func ids(for key: String, vocabularySize: Int) -> [TokenID]? {
        guard let file = try? MappedFile(path: path(key)) else { return nil }
        return file.withUnsafeBytes { bytes in
            let start = Self.magic.count, end = bytes.count - 64
            guard end >= start, (end - start) % 4 == 0, bytes.prefix(start).elementsEqual(Self.magic) else {
                return nil
            }
            var hash = SHA256()
            hash.add(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            guard bytes[end...].elementsEqual(hash.hexadecimal.utf8) else { return nil }
            let ids = (0 ..< (end - start) / 4).map {
                TokenID(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * $0, as: TokenID.self))
            }
            return ids.allSatisfy { (0 ..< vocabularySize).contains(Int($0)) } ? ids : nil
        }
    }

    /// Keeps the ids if there is room; a run does not fail because its cache cannot be written.
    package func keep(_ ids: [TokenID], for key: String) {
        let words = ids.map(\.littleEndian)
        try? Directory.createAll(directory)
        guard (try? FreeSpace.bytes(at: directory)).map({ $0 > 16 * words.count }) == true,
            let file = try? AtomicFile(path: path(key))
        else { return }
        var hash = SHA256()
        do {
            for part in [Self.magic, words.withUnsafeBytes { Array($0) }] {
                hash.add(part)
                try file.write(part)
            }
            try file.write(hash.hexadecimal)
            try file.commit()
        } catch {
            file.cancel()
        }
        prune()
    }

    private func path(_ key: String) -> String { Path.join(directory, key + Self.suffix) }

    private func prune() {
        let names = ((try? Directory.names(in: directory)) ?? []).filter { $0.hasSuffix(Self.suffix) }.map {
            Path.join(directory, $0)
        }
        func date(_ path: String) -> Date {
            (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
        }
        for path in names.sorted(by: { date($0) > date($1) }).dropFirst(Self.mostFiles) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
