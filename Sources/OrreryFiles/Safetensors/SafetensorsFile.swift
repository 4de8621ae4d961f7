/// One safetensors file, mapped into memory, its header checked to the last byte.
package final class SafetensorsFile: Sendable {
    package let path: String
    /// The tensors by name.
    package let tensors: NameTable<TensorEntry>
    /// The tensors in the order of their data in the file.
    package let ordered: [TensorEntry]
    /// The strings under `__metadata__`; Hugging Face's files say `"format": "pt"` there.
    package let metadata: NameTable<String>
    private let file: MappedFile

    /// Opens the file at `path` and checks its header. No tensor is read.
    ///
    /// - Throws: `FileError` that names the byte or the tensor.
    package init(path: String) throws {
        self.path = path
        file = try MappedFile(path: path)
        let header = try file.withUnsafeBytes { try SafetensorsHeader($0, path: path) }
        ordered = header.entries
        metadata = header.metadata
        tensors = NameTable(header.entries.map { ($0.name, $0) })
    }

    /// The bytes of one tensor: little-endian, row-major, not necessarily aligned. The region keeps the file mapped.
    ///
    /// - Throws: `FileError` where there is no such tensor.
    package func bytes(of name: String) throws -> MappedRegion { try bytes(of: entry(name)) }

    /// The bytes of one of this file's tensors.
    package func bytes(of entry: TensorEntry) throws -> MappedRegion {
        try file.region(offset: entry.byteRange.lowerBound, count: entry.byteRange.count)
    }

    /// - Throws: `FileError` where there is no such tensor.
    package func entry(_ name: String) throws -> TensorEntry {
        guard let entry = tensors[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return entry
    }
}
