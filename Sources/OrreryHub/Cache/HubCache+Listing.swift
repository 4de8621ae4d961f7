import Foundation
import OrreryFiles

extension HubCache {
    /// The models of the cache, by name. Folders that are no repository of a model are passed over.
    func models() -> [CachedModel] {
        ((try? Directory.names(in: directory)) ?? []).compactMap(Self.repository).flatMap { repository in
            let references = references(repository)
            return snapshots(repository).flatMap { models(repository, $0, references[$0] ?? []) }
        }
    }

    private func models(_ repository: String, _ commit: String, _ revisions: [String]) -> [CachedModel] {
        let files = files(repository, commit), snapshot = snapshot(repository, commit)
        guard !files.isEmpty else { return [] }
        let plain = revisions.contains("main") ? repository : "\(repository)@\(revisions.first ?? commit)"
        func model(
            _ name: String, _ files: [RepositoryFile], entry: String?, _ format: String, isComplete: Bool = true
        ) -> CachedModel {
            let times = files.compactMap { FileTimes(Path.join(snapshot, $0.path)) }.map {
                max($0.accessed, $0.modified)
            }
            let path = entry.map { Path.join(snapshot, $0) } ?? snapshot
            return CachedModel(
                name: name, revisions: revisions, commit: commit, path: path,
                byteCount: ByteSum.total(files.map(\.size)) ?? .max,
                format: format, architecture: Self.architecture(path, format),
                lastUsed: times.max().map(Date.init(timeIntervalSince1970:)),
                isComplete: isComplete)
        }
        // One directory, and each GGUF file by itself.
        var models: [CachedModel] = []
        let gguf = files.filter { GGUFChoice.isModel($0) && (GGUFPart($0.path)?.number ?? 1) == 1 }
        if files.contains(where: { $0.isAtRoot && $0.path.hasSuffix(".safetensors") }) {
            let name = try? HubName(plain)
            let isComplete = name.map { (try? path(of: $0)) != nil } ?? false
            let parts = files.filter { !$0.path.hasSuffix(".gguf") }
            models.append(model(plain, parts, entry: nil, "safetensors", isComplete: isComplete))
        }
        for first in gguf {
            let name = "\(plain):\(first.path)"
            let parts = (try? HubName(name)).flatMap { try? GGUFChoice($0, files).whole(first) }
            models.append(model(name, parts ?? [first], entry: first.path, "GGUF", isComplete: parts != nil))
        }
        return models.isEmpty ? [model(plain, files, entry: nil, "other")] : models
    }

    /// What the files say that the model is.
    private static func architecture(_ path: String, _ format: String) -> String? {
        if format == "GGUF" { return try? GGUFFile(path: path).metadata.stringIfPresent("general.architecture") }
        return try? JSONFields(contentsOf: Path.join(path, "config.json"), dialect: .python).stringIfPresent(
            "model_type")
    }

    /// The branches and tags of each commit.
    private func references(_ repository: String) -> [String: [String]] {
        var references: [String: [String]] = [:]
        func collect(_ prefix: String, depth: Int) {
            let directory = Path.join(folder(repository), "refs/" + prefix)
            guard depth < 8, let names = try? Directory.names(in: directory) else { return }
            for name in names {
                let revision = prefix + name
                switch FileStatus(Path.join(directory, name), followingLinks: false)?.kind {
                case .directory: collect(revision + "/", depth: depth + 1)
                case .file:
                    if let commit = commit(repository, revision) { references[commit, default: []].append(revision) }
                default: break
                }
            }
        }
        collect("", depth: 0)
        return references
    }
}
