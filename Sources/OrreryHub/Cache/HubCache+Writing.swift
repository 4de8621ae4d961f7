import OrreryFiles

extension HubCache {
    /// Says which commit a branch or tag is.
    func write(commit: String, of revision: String, _ repository: String) throws {
        guard revision != commit, self.commit(repository, revision) != commit else { return }
        let path = reference(repository, revision)
        try Directory.createAll(Path.parent(path))
        try AtomicFile.write(commit, to: path)
    }

    /// Gives a content its name in a snapshot.
    func link(_ path: String, in commit: String, of repository: String, to tag: String) throws {
        let place = Path.join(snapshot(repository, commit), path)
        try Directory.createAll(Path.parent(place))
        // From the directory of the file up to the repository's folder.
        let levels = path.split(separator: "/").count + 1
        try Directory.createLink(place, to: String(repeating: "../", count: levels) + "blobs/\(tag)")
    }

    /// Makes the folders of a repository, and marks the cache for programs that make backups
    /// (https://bford.info/cachedir).
    func prepare(_ repository: String) throws {
        for name in ["blobs", "snapshots", "refs"] { try Directory.createAll(Path.join(folder(repository), name)) }
        let tag = Path.join(directory, "CACHEDIR.TAG")
        if FileStatus(tag) == nil {
            try AtomicFile.write(
                "Signature: 8a477f597d28d172789f06886806bc55\n# Models from a hub. They can be downloaded again.\n",
                to: tag)
        }
    }
}

/// The right to write one content, which one process has at a time, whether it is Orrery or Python.
///
/// It is an advisory lock (flock) on a file that stays, as the filelock package takes it. Where the file system knows no
/// locks, it is granted.
final class BlobLock {
    private let file: Descriptor

    /// Waits for the lock.
    init(_ path: String, _ watch: PullWatch) throws {
        try Directory.createAll(Path.parent(path))
        var isTold = false
        while true {
            let file = try Descriptor.lockFile(path)
            switch file.tryLock() {
            case .taken, .unsupported:
                // Whoever had it may have removed the file meanwhile; then this is the lock of nothing.
                if let there = FileStatus(path), try file.status().isSameFile(as: there) {
                    self.file = file
                    return
                }
            case .heldByAnother:
                if !isTold { watch.warn("\(Path.name(path)): another process downloads the same file; waiting for it") }
                isTold = true
                try watch.sleep(0.2)
            }
        }
    }
}
