/// One GGUF file, mapped into memory, its metadata and tensor directory checked to the last byte; or a model split over
/// several, of which the first is named.
package final class GGUFFile: Sendable {
    package let path: String
    /// 2 or 3; they differ only for big-endian machines.
    package let version: Int
    /// Tensors start at multiples of this many bytes.
    package let alignment: Int
    package let metadata: GGUFMetadata
    /// The tensors in the order of the directory.
    package let ordered: [GGUFTensorInfo]
    /// The tensors by name.
    package let tensors: NameTable<GGUFTensorInfo>
    /// The file of each tensor, where it is not the first.
    private let otherFiles: NameTable<MappedFile>
    private let file: MappedFile

    /// Opens the file at `path` and checks its header; of a split model the other files too. No tensor and no array is
    /// read.
    ///
    /// - Throws: `FileError` that names the byte, the key or the tensor.
    package convenience init(path: String) throws { try self.init(MappedFile(path: path)) }

    package init(_ file: MappedFile) throws {
        let header = try file.withUnsafeBytes { try GGUFHeader($0, of: file) }
        self.file = file
        path = file.path
        version = header.version
        alignment = header.alignment
        metadata = GGUFMetadata(header.metadata, file: file.path)
        var (ordered, otherFiles) = (header.tensors, NameTable<MappedFile>())
        for (index, other) in (try GGUFSplit(metadata)?.others() ?? []).enumerated() {
            let header = try other.withUnsafeBytes { try GGUFHeader($0, of: other) }
            try GGUFSplit.check(GGUFMetadata(header.metadata, file: other.path), number: index + 1)
            for tensor in header.tensors {
                otherFiles[tensor.name] = other
                ordered.append(tensor)
            }
        }
        (self.ordered, self.otherFiles) = (ordered, otherFiles)
        tensors = NameTable(ordered.map { ($0.name, $0) })
        guard tensors.count == ordered.count else {
            throw FileError.content(
                file.path, expected: "each tensor in one of the files of a split model", found: "one in two")
        }
        if let expected = try metadata.intIfPresent(GGUFSplit.tensorsKey), expected != ordered.count {
            throw metadata.error(
                GGUFSplit.tensorsKey, expected: "the \(ordered.count) tensors of all files",
                advice: "the files do not belong together: download them again")
        }
    }

    /// A file that is not there yet, as it will say of itself; of its tensors only those in `bytes` can be read.
    ///
    /// - Parameter path: what errors call it.
    package init(
        planned path: String, metadata: [(key: String, value: GGUFValue)],
        tensors: [(name: String, type: GGUFTensorType, shape: [Int])], bytes: [String: [UInt8]]
    ) {
        (self.path, version, alignment) = (path, 3, GGUFHeader.defaultAlignment)
        self.metadata = GGUFMetadata(metadata, file: path)
        file = MappedFile(path: path, copying: [])
        otherFiles = NameTable(bytes.map { ($0, MappedFile(path: path, copying: $1)) })
        ordered = tensors.map {
            GGUFTensorInfo(name: $0.name, type: $0.type, shape: $0.shape, byteRange: 0 ..< (bytes[$0.name]?.count ?? 0))
        }
        self.tensors = NameTable(ordered.map { ($0.name, $0) })
    }

    /// Whether the file at `path` says that it is a GGUF file.
    package static func isGGUF(path: String) -> Bool {
        guard let file = try? Descriptor.reading(path), let status = try? file.status(), status.kind == .file else {
            return false
        }
        var magic = [UInt8](repeating: 0, count: 4)
        let count = magic.withUnsafeMutableBytes { try? file.read(into: $0) }
        return count == 4 && magic == GGUFHeader.magic
    }

    /// The bytes of one tensor, in ggml's layout of its type. The region keeps the file mapped.
    ///
    /// - Throws: `FileError` where there is no such tensor.
    package func bytes(of name: String) throws -> MappedRegion {
        guard let tensor = tensors[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return try bytes(of: tensor)
    }

    /// The bytes of one of this file's tensors.
    package func bytes(of tensor: GGUFTensorInfo) throws -> MappedRegion {
        try (otherFiles[tensor.name] ?? file).region(offset: tensor.byteRange.lowerBound, count: tensor.byteRange.count)
    }
}
