import Foundation
import OrreryFiles

/// One file of a repository on its way into the cache.
///
/// Nothing is believed: the server must honour a range or start again, announce the length that the hub has, send
/// neither more nor less, and the hash must be the hub's. Only then does the content get its name.
struct Download {
    let client: HubClient
    let cache: HubCache
    let repository: String
    let commit: String
    let file: RepositoryFile
    /// Receives the bytes of the file that are here, whenever that changes.
    let report: (Int) -> Void

    enum Outcome: Equatable { case present, downloaded(isChecked: Bool) }

    /// Downloads the file, unless it is here.
    ///
    /// - Throws: `HubError`, `FileError`, `CancellationError`; what has arrived stays for the next attempt.
    func run() throws -> Outcome {
        if isPresent { return .present }
        let url = try client.url(
            repository.split(separator: "/").map(String.init) + ["resolve", commit]
                + file.path.split(separator: "/").map(String.init))
        let remote = try RemoteFile.ask(client, url, commit: commit, about: subject)
        let size = try agreedSize(remote)
        let blob = cache.blob(repository, remote.tag)
        let lock = try BlobLock(cache.lock(repository, remote.tag), client.watch)
        defer { withExtendedLifetime(lock) {} }
        // Another name or revision may have brought the same content, and another process the same file.
        if let there = FileStatus(blob), there.kind == .file, size == nil || there.byteCount == size {
            try cache.link(file.path, in: commit, of: repository, to: remote.tag)
            report(there.byteCount)
            return .present
        }
        let digest = ContentDigest(sha256: try agreedHash(remote), gitSHA1: file.gitSHA1, size: size)
        try Transfer(
            client: client, url: url, subject: subject, size: size, digest: digest, blob: blob, report: report
        ).run()
        try cache.link(file.path, in: commit, of: repository, to: remote.tag)
        return .downloaded(isChecked: digest.isChecking)
    }

    /// Whether the snapshot has the file, with the size that the hub says.
    var isPresent: Bool {
        guard let there = FileStatus(Path.join(cache.snapshot(repository, commit), file.path)), there.kind == .file
        else {
            return false
        }
        return file.size == nil || there.byteCount == file.size
    }

    private var subject: String { "\(repository)/\(file.path)" }

    private func agreedSize(_ remote: RemoteFile) throws -> Int? {
        guard let listed = file.size, let said = remote.size, listed != said else { return remote.size ?? file.size }
        throw HubError.damaged(subject, "the hub lists \(listed) bytes, and announces \(said)")
    }

    private func agreedHash(_ remote: RemoteFile) throws -> String? {
        let tagged = RepositoryPath.isHash(remote.tag, digits: 64) ? remote.tag : nil
        guard let listed = file.sha256, let tagged, listed != tagged else { return file.sha256 ?? tagged }
        throw HubError.damaged(subject, "the hub lists the SHA-256 \(listed), and announces \(tagged)")
    }
}
