/// The weights of a model directory under one set of names, whether they are in one file or in shards.
public final class SafetensorsCheckpoint: Sendable {
    public static let fileName = "model.safetensors"

    /// The file, or the index of the shards, that errors name.
    public let path: String
    /// Every tensor by name. Its byte range counts within its own file.
    public let tensors: [String: TensorEntry]
    /// The tensors in the order of files and data.
    public let ordered: [TensorEntry]
    /// The metadata of all files; of a repeated key the first value.
    public let metadata: [String: String]
    /// Tensors that a shard holds but the index does not list. They are not part of the model: worth a warning.
    public let unlisted: [String]
    public let files: [SafetensorsFile]
    /// Which of `files` holds each tensor.
    private let fileOfTensor: [String: Int]

    /// Opens `model.safetensors` in `directory` or, where that is missing, the shards that `model.safetensors.index.json` names.
    ///
    /// - Throws: `FileError`, also where a tensor is listed in the index but absent from its file.
    public static func open(directory: String) throws -> SafetensorsCheckpoint {
        let single = Path.join(directory, fileName)
        if FileStatus(single) != nil { return try SafetensorsCheckpoint(file: single) }
        let index = Path.join(directory, SafetensorsIndex.fileName)
        if FileStatus(index) != nil { return try SafetensorsCheckpoint(index: SafetensorsIndex(path: index)) }
        guard FileStatus(directory)?.kind == .directory else {
            throw FileError.request(directory, "is not a directory that can be read", advice: "name a model directory")
        }
        throw FileError.request(directory, "holds neither \(fileName) nor \(SafetensorsIndex.fileName)")
    }

    /// Opens a single file.
    public convenience init(file path: String) throws {
        let file = try SafetensorsFile(path: path)
        self.init(path: path, files: [file], unlisted: []) { _, _ in true }
    }

    /// Opens the shards of `index`.
    public convenience init(index: SafetensorsIndex) throws {
        let directory = Path.parent(index.path)
        let files = try index.files.map { try SafetensorsFile(path: Path.join(directory, $0)) }
        let numbers = Dictionary(zip(index.files, files.indices)) { first, _ in first }

        for (tensor, name) in index.fileNames.sorted(by: { $0.key < $1.key }) {
            guard let number = numbers[name], files[number].tensors[tensor] != nil else {
                throw FileError.tensor(
                    tensor, of: index.path, expected: "it in \(name)", found: "no such tensor there",
                    advice: "index and shards do not belong together: download both again")
            }
        }
        let isListed = { (file: Int, tensor: String) in index.fileNames[tensor] == index.files[file] }
        let unlisted = files.indices.flatMap { file in
            files[file].ordered.map(\.name).filter { !isListed(file, $0) }
        }
        self.init(path: index.path, files: files, unlisted: unlisted, isListed)
    }

    private init(
        path: String, files: [SafetensorsFile], unlisted: [String], _ isListed: (_ file: Int, _ tensor: String) -> Bool
    ) {
        var ordered: [TensorEntry] = []
        var fileOfTensor: [String: Int] = [:]
        for (number, file) in files.enumerated() {
            for entry in file.ordered where isListed(number, entry.name) {
                ordered.append(entry)
                fileOfTensor[entry.name] = number
            }
        }
        (self.path, self.files, self.unlisted, self.fileOfTensor) = (path, files, unlisted, fileOfTensor)
        self.ordered = ordered
        tensors = Dictionary(ordered.map { ($0.name, $0) }) { first, _ in first }
        metadata = files.reduce(into: [:]) { $0.merge($1.metadata) { first, _ in first } }
    }

    /// - Throws: `FileError` where there is no such tensor.
    public func entry(_ name: String) throws -> TensorEntry {
        guard let entry = tensors[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return entry
    }

    /// The bytes of one tensor: little-endian, row-major, not necessarily aligned. The region keeps its file mapped.
    ///
    /// - Throws: `FileError` where there is no such tensor.
    public func bytes(of name: String) throws -> MappedRegion {
        guard let number = fileOfTensor[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return try files[number].bytes(of: name)
    }
}
