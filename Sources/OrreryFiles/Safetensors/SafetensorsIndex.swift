/// `model.safetensors.index.json`: which file of a sharded model holds which tensor.
///
/// Source: huggingface_hub, `serialization/_base.py` (`{"metadata": {"total_size": N}, "weight_map": {tensor: file}}`).
package struct SafetensorsIndex: Sendable {
    package static let fileName = "model.safetensors.index.json"

    package let path: String
    /// The file of each tensor, a plain name next to the index.
    package let fileNames: NameTable<String>
    /// The files, each once, in order of their first mention.
    package let files: [String]

    /// Reads the index at `path`.
    ///
    /// - Throws: `FileError`, also where a file name would lead out of the directory.
    package init(path: String) throws {
        let map = try JSONFields(contentsOf: path, dialect: .python).fields("weight_map")
        var fileNames = NameTable<String>()
        var files: [String] = []
        var seen = NameSet()
        for tensor in map.object.keys {
            let file = try map.string(tensor)
            guard Path.isPlainName(file) else {
                throw map.error(tensor, expected: "the name of a file in the same directory")
            }
            fileNames[tensor] = file
            if seen.insert(file) { files.append(file) }
        }
        (self.path, self.fileNames, self.files) = (path, fileNames, files)
    }
}
