/// The rule for every file that a command writes: what is there is replaced where it is an output of the same kind or
/// where the user says so, and never what the command reads.
///
/// A command asks before it begins its work, so that a refusal costs nothing.
package struct OutputGuard: Sendable {
    private let overwrite: Bool
    private let inputs: [(path: String, status: FileStatus)]

    /// - Parameters:
    ///   - overwrite: whether files that are there may be replaced.
    ///   - inputs: the files that the command reads; a path where nothing is counts for nothing.
    package init(overwrite: Bool, inputs: [String] = []) {
        self.overwrite = overwrite
        self.inputs = inputs.compactMap { path in FileStatus(path).map { (path, $0) } }
    }

    /// - Parameter isSameKind: whether the file that is there holds what will be written, as the output of an earlier
    ///   run does.
    /// - Throws: `FileError` that names the path, where a file may not be written there.
    package func require(_ path: String, replacing isSameKind: (String) -> Bool = { _ in false }) throws {
        guard let status = FileStatus(path) else {
            // A link that leads nowhere is something too.
            if FileStatus(path, followingLinks: false) != nil, !overwrite { throw FileError.exists(path) }
            return
        }
        switch status.kind {
        case .directory: throw FileError.request(path, "is a directory", advice: "name a file")
        case .other:
            throw FileError.request(path, "is not a regular file and will not be replaced", advice: "name a file")
        case .file, .link: break
        }
        if inputs.contains(where: { $0.status.isSameFile(as: status) }) {
            throw FileError.request(
                path, "is read by this command and cannot be its output", advice: "name another output")
        }
        if !overwrite, !isSameKind(path) { throw FileError.exists(path) }
    }
}

extension FileError {
    /// Something is in the way of an output.
    package static func exists(_ path: String) -> FileError {
        request(path, "exists", advice: "--overwrite replaces it")
    }
}
