import OrreryFiles

/// The directory of downloaded models, in the layout of Python's huggingface_hub, so that both find what either
/// downloaded:
///
///     models--owner--name/blobs/ETAG                  the contents, each once
///     models--owner--name/snapshots/COMMIT/PATH       links to them, by the names of the files
///     models--owner--name/refs/REVISION               the commit of a branch or tag
///     .locks/models--owner--name/ETAG.lock            held while a content is written
///
/// Source: the guide "Understand caching" of huggingface_hub.
struct HubCache: Sendable {
    let directory: String

    init(_ settings: HubSettings) { directory = settings.cacheDirectory }

    func folder(_ repository: String) -> String { Path.join(directory, Self.folderName(repository)) }
    func snapshot(_ repository: String, _ commit: String) -> String {
        Path.join(folder(repository), "snapshots/\(commit)")
    }
    func blob(_ repository: String, _ tag: String) -> String { Path.join(folder(repository), "blobs/\(tag)") }
    func reference(_ repository: String, _ revision: String) -> String {
        Path.join(folder(repository), "refs/\(revision)")
    }
    func lock(_ repository: String, _ tag: String) -> String {
        Path.join(directory, ".locks/\(Self.folderName(repository))/\(tag).lock")
    }

    private static let prefix = "models--"

    static func folderName(_ repository: String) -> String { prefix + repository.replacing("/", with: "--") }

    /// The repository that a folder of the cache is of; nil where it is none of a model.
    static func repository(folder: String) -> String? {
        guard folder.hasPrefix(prefix) else { return nil }
        let parts = folder.dropFirst(prefix.count).split(separator: "--", omittingEmptySubsequences: false)
        let name = parts.joined(separator: "/")
        return parts.count <= 2 && (try? HubName(name))?.repository == name ? name : nil
    }

    // MARK: What is there

    /// The commit of a branch, tag or commit, as far as something of it is here.
    func commit(_ repository: String, _ revision: String) -> String? {
        if RepositoryPath.isCommit(revision) {
            return FileStatus(snapshot(repository, revision))?.kind == .directory ? revision : nil
        }
        guard let bytes = try? WholeFile.read(reference(repository, revision), limit: 1 << 10) else { return nil }
        let commit = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        return RepositoryPath.isCommit(commit) ? commit : nil
    }

    /// The files of a snapshot, with their sizes. Links that lead nowhere are not there.
    func files(_ repository: String, _ commit: String) -> [RepositoryFile] {
        var files: [RepositoryFile] = []
        collect(snapshot(repository, commit), prefix: "", depth: 0, into: &files)
        return files
    }

    private func collect(_ directory: String, prefix: String, depth: Int, into files: inout [RepositoryFile]) {
        guard depth < 16, let names = try? Directory.names(in: directory) else { return }
        for name in names {
            let path = Path.join(directory, name)
            guard let status = FileStatus(path) else { continue }
            if status.kind == .file {
                files.append(RepositoryFile(prefix + name, size: status.byteCount))
            } else if status.kind == .directory, FileStatus(path, followingLinks: false)?.kind == .directory {
                collect(path, prefix: prefix + name + "/", depth: depth + 1, into: &files)
            }
        }
    }
}
