import OrreryFiles

/// Where a converted model goes. What stands there is looked at before any work is done: only a model's own files are
/// ever replaced.
package struct ModelDestination: Sendable {
    package let path: String
    /// What a training run keeps in a directory next to its model; it stays.
    let kept: [String]

    /// - Parameters:
    ///   - path: a file to make if it ends in .gguf, in either case, else a directory.
    ///   - input: what is converted, which must be another model.
    ///   - overwrite: whether a model that is there may be replaced.
    /// - Throws: `FileError` where the output would be the input, or would replace anything that is not a model.
    package init(_ path: String, input: String? = nil, overwrite: Bool) throws {
        self.path = path
        let isFile = path.lowercased().hasSuffix(".gguf")
        guard let status = FileStatus(path) else {
            kept = []
            // A link that leads nowhere would be followed by nothing that is written here.
            if FileStatus(path, followingLinks: false) != nil, !overwrite { throw FileError.exists(path) }
            try Self.requireFolder(of: path)
            return
        }
        if let input,
            ([input] + ModelFiles.files(of: input)).contains(where: { FileStatus($0)?.isSameFile(as: status) == true })
        {
            throw FileError.request(path, "is the model that is converted", advice: "name another output")
        }
        switch status.kind {
        case .file where isFile:
            kept = []
            if !overwrite { throw FileError.exists(path) }
        case .directory where !isFile:
            let names = try Directory.names(in: path)
            try Self.requireReplaceable(path, status, names)
            kept = names.filter(ModelDirectory.runNames.contains)
            if !names.isEmpty, !overwrite { throw FileError.exists(path) }
        default:
            throw FileError.request(
                path, isFile ? "is not a file" : "is not a directory",
                advice: isFile ? "name a file to make" : "name a directory to make, or a file that ends in .gguf")
        }
    }

    /// Of the directories on the way, those that are there are directories.
    private static func requireFolder(of path: String) throws {
        var folder = Path.parent(path)
        while FileStatus(folder) == nil, folder != Path.parent(folder) { folder = Path.parent(folder) }
        guard let status = FileStatus(folder), status.kind != .directory else { return }
        throw FileError.request(
            path, "cannot be made, since \(FileError.oneLine(folder)) is not a directory", advice: "name another output"
        )
    }

    private static func requireReplaceable(_ path: String, _ status: FileStatus, _ names: [String]) throws {
        if let here = FileStatus("."), here.isSameFile(as: status) {
            throw FileError.request(
                path, "is the current directory, which cannot be replaced", advice: "name a directory in it")
        }
        if let parent = FileStatus(Path.join(path, "..")), !parent.isOnSameDisk(as: status) {
            throw FileError.request(
                path, "is a mount point, which cannot be replaced", advice: "name a directory in it")
        }
        for name in names where !ModelDirectory.runNames.contains(name) {
            if let foreign = try ModelDirectory.foreignPath(name, in: path) {
                throw FileError.request(
                    path, "holds \(FileError.quoted(foreign)), which is not part of a model",
                    advice: "move it elsewhere, or name another output")
            }
        }
    }
}
