/// A model in several GGUF files, `NAME-00001-of-00003.gguf` and so on, as llama.cpp's gguf-split makes them: the first
/// has the metadata, every one a part of the tensors.
package struct GGUFSplit {
    static let countKey = "split.count", numberKey = "split.no", tensorsKey = "split.tensors.count"
    private static let most = 1 << 10

    private let path: String
    private let count: Int

    /// nil for a model in one file.
    ///
    /// - Throws: `FileError` where the file is not the first of its model.
    init?(_ metadata: GGUFMetadata) throws {
        guard let count = try metadata.intIfPresent(Self.countKey, in: 0 ... Self.most), count > 1 else { return nil }
        guard try metadata.intIfPresent(Self.numberKey) ?? 0 == 0 else {
            throw metadata.error(
                Self.numberKey, expected: "0, the first file of \(count)",
                advice: "name the file that ends in \(Self.ending(0, of: count))")
        }
        guard metadata.file.hasSuffix(Self.ending(0, of: count)) else {
            throw FileError.request(
                metadata.file, "is the first of \(count) files",
                advice: "its name must end in \(Self.ending(0, of: count))")
        }
        (path, self.count) = (metadata.file, count)
    }

    /// The files after the first.
    func others() throws -> [MappedFile] {
        let stem = path.dropLast(Self.ending(0, of: count).count)
        return try (1 ..< count).map { try MappedFile(path: stem + Self.ending($0, of: count)) }
    }

    /// - Parameter metadata: of the file with this number.
    /// - Throws: `FileError` where it says that it is another part.
    static func check(_ metadata: GGUFMetadata, number: Int) throws {
        guard try metadata.intIfPresent(numberKey) == number else {
            throw metadata.error(
                numberKey, expected: "\(number), by the file's name",
                advice: "the files are mixed up or renamed: download them again")
        }
    }

    /// Whether a name is that of another part of the model of which `other` is one, by the names alone.
    package static func isPart(_ name: String, of other: String) -> Bool {
        func parts(_ name: String) -> (stem: Substring, count: Substring)? {
            let ending = "-00001-of-00002.gguf".count
            guard name.count > ending, name.hasSuffix(".gguf") else { return nil }
            let numbers = name.suffix(ending).dropLast(".gguf".count).split(separator: "-")
            guard numbers.count == 3, numbers[1] == "of" else { return nil }
            let isNumbered = [numbers[0], numbers[2]].allSatisfy {
                $0.count == 5 && $0.utf8.allSatisfy { (48 ... 57).contains($0) }
            }
            return isNumbered ? (name.dropLast(ending), numbers[2]) : nil
        }
        guard name != other, let one = parts(name), let other = parts(other) else { return false }
        return one == other
    }

    private static func ending(_ index: Int, of count: Int) -> String {
        "-\(digits(index + 1))-of-\(digits(count)).gguf"
    }

    private static func digits(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
    }
}
