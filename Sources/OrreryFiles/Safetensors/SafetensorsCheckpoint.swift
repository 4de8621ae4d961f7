/// The weights of a model directory under one set of names, whether they are in one file or in shards.
package final class SafetensorsCheckpoint: Sendable {
    package static let fileName = "model.safetensors"

    /// The file, or the index of the shards, that errors name.
    package let path: String
    /// Every tensor by name. Its byte range counts within its own file.
    package let tensors: NameTable<TensorEntry>
    /// The tensors in the order of files and data.
    package let ordered: [TensorEntry]
    /// The metadata of all files; of a repeated key the first value.
    package let metadata: NameTable<String>
    /// Where index and shards disagree, a line each: worth a warning.
    package let oddities: [String]
    package let files: [SafetensorsFile]
    /// Which of `files` holds each tensor.
    private let fileOfTensor: NameTable<Int>

    /// Opens `model.safetensors` in `directory` or, where that is missing, the shards that
    /// `model.safetensors.index.json` names.
    ///
    /// - Throws: `FileError` naming the file and what is wrong with it.
    package static func open(directory: String) throws -> SafetensorsCheckpoint {
        let single = Path.join(directory, fileName)
        let index = Path.join(directory, SafetensorsIndex.fileName)
        if FileStatus(single) != nil { return try SafetensorsCheckpoint(file: single, oddities: Self.unread(index)) }
        if FileStatus(index) != nil { return try SafetensorsCheckpoint(index: SafetensorsIndex(path: index)) }
        guard FileStatus(directory)?.kind == .directory else {
            throw FileError.request(directory, "is not a directory that can be read", advice: "name a model directory")
        }
        for other in ["pytorch_model.bin", "pytorch_model.bin.index.json"]
        where FileStatus(Path.join(directory, other)) != nil {
            throw FileError.request(
                directory, "holds \(other), a pickle, which can run code of its own",
                advice: "save it as \(fileName) with transformers' save_pretrained")
        }
        throw FileError.request(directory, "holds neither \(fileName) nor \(SafetensorsIndex.fileName)")
    }

    /// Opens a single file.
    package convenience init(file path: String) throws { try self.init(file: path, oddities: []) }

    private convenience init(file path: String, oddities: [String]) throws {
        let file = try SafetensorsFile(path: path)
        self.init(path: path, files: [file], oddities: oddities) { _, _ in true }
    }

    /// What is not read because `model.safetensors` is there too: as in transformers it goes before the index.
    private static func unread(_ index: String) -> [String] {
        guard FileStatus(index) != nil, let files = try? SafetensorsIndex(path: index).files,
            let other = files.first(where: { $0 != fileName })
        else { return [] }
        return [
            "\(index): is not read, nor are \(FileError.oneLine(other)) and the other files it names, for \(fileName) is there too"
        ]
    }

    /// Opens the shards of `index`. As in transformers the index only says which files there are: every tensor in one
    /// of them counts. Of a name that is in several the one counts that the index has, else the first.
    package convenience init(index: SafetensorsIndex) throws {
        let directory = Path.parent(index.path)
        let missing = index.files.filter { FileStatus(Path.join(directory, $0)) == nil }
        if let first = missing.first {
            throw FileError.request(
                index.path,
                "names \(index.files.count) files, of which \(missing.count) \(missing.count == 1 ? "is" : "are") missing: \(FileError.oneLine(first))\(missing.count == 1 ? "" : " and others")",
                advice: "download what is missing")
        }
        let files = try index.files.map { try SafetensorsFile(path: Path.join(directory, $0)) }
        let numbers = NameTable(zip(index.files, files.indices))

        var places = NameTable<Int>(), oddities: [String] = []
        for (tensor, name) in index.fileNames.sorted {
            guard let number = numbers[name], files[number].tensors[tensor] == nil else { continue }
            let other = files.indices.first { files[$0].tensors[tensor] != nil }
            places[tensor] = other
            let found = other.map { "it is in \(index.files[$0])" } ?? "it is in none of the files"
            oddities.append(
                "\(index.path): tensor \(FileError.oneLine(tensor)) is not in \(FileError.oneLine(name)): \(found)")
        }
        for (number, file) in files.enumerated() {
            for tensor in file.ordered.map(\.name) where places[tensor] == nil {
                if let listed = index.fileNames[tensor] {
                    if ExactName(listed) == ExactName(index.files[number]) { places[tensor] = number }
                } else {
                    places[tensor] = number
                    oddities.append(
                        "\(index.path): tensor \(FileError.oneLine(tensor)) of \(index.files[number]) is not listed")
                }
            }
        }
        self.init(path: index.path, files: files, oddities: oddities) { file, tensor in places[tensor] == file }
    }

    private init(
        path: String, files: [SafetensorsFile], oddities: [String], _ isUsed: (_ file: Int, _ tensor: String) -> Bool
    ) {
        var ordered: [TensorEntry] = []
        var fileOfTensor = NameTable<Int>()
        for (number, file) in files.enumerated() {
            for entry in file.ordered where isUsed(number, entry.name) {
                ordered.append(entry)
                fileOfTensor[entry.name] = number
            }
        }
        (self.path, self.files, self.oddities, self.fileOfTensor) = (path, files, oddities, fileOfTensor)
        self.ordered = ordered
        tensors = NameTable(ordered.map { ($0.name, $0) })
        metadata = files.reduce(into: [:]) { $0.add($1.metadata) }
    }

    /// - Throws: `FileError` where there is no such tensor.
    package func entry(_ name: String) throws -> TensorEntry {
        guard let entry = tensors[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return entry
    }

    /// The bytes of one tensor: little-endian, row-major, not necessarily aligned. The region keeps its file mapped.
    ///
    /// - Throws: `FileError` where there is no such tensor.
    package func bytes(of name: String) throws -> MappedRegion {
        guard let number = fileOfTensor[name] else {
            throw FileError.request(path, "has no tensor \(FileError.quoted(name))")
        }
        return try files[number].bytes(of: name)
    }
}
