/// A set of files that changes as one: a checkpoint of weights, optimizer state and counters that belong together.
///
///     let set = try DirectoryReplacement(path: "my-model/training")
///     try SafetensorsWriter.write(moments, to: set.path(for: "optimizer.safetensors"))
///     try state.write(to: set.path(for: "state.json"))
///     try set.commit()
///
/// The new set is written into `NAME.tmp-PID-N/` next to `NAME/`. `commit()` flushes it to the disk and then makes the
/// two directories trade names in one system call (renameat2 with RENAME_EXCHANGE, renamex_np with RENAME_SWAP); the
/// old set, now under the temporary's name, is removed.
///
/// **Guarantee.** Killed at any moment, or without power, `NAME` holds the complete old set or the complete new one.
/// Where the file system cannot exchange names, the change takes renames one after the other. Between two of them
/// `NAME` is missing, with each set complete next to it (`.new-`, `.old-`): `recover(at:)`, which every reader calls
/// first, and which the next replacement calls too, then puts the new one in place.
///
/// A reader that has files of the old set open keeps them. One that opens several files one after the other while a
/// writer commits may see one of each set: the guarantee is about a reader that starts after the writer ended.
package final class DirectoryReplacement {
    /// The directory to be replaced, with symbolic links followed.
    package let path: String
    /// Where the new set is to be written. Everything in it becomes part of the set.
    package private(set) var temporaryPath: String

    private let suffix: String
    private let lock: Descriptor
    private var isActive = true

    /// Starts a new set for the directory `path`, which may not exist yet; missing directories above it are created.
    ///
    /// What dead writers left next to `path` is recovered or removed.
    package init(path: String) throws {
        let destination = try Self.destination(path)
        try Self.recover(at: destination)
        Temporary.removeStale(of: destination, [.unfinished, .complete])
        if !Self.hasComplete(destination) { Temporary.removeStale(of: destination, [.replaced]) }

        let old = FileStatus(destination)
        if let old, old.kind != .directory {
            throw FileError.request(path, "is not a directory", advice: "name another")
        }
        let (suffix, lock) = try Temporary.make(for: destination) {
            try Directory.create($0)
            return try Descriptor.reading($0)
        }
        self.path = destination
        self.suffix = suffix
        self.lock = lock
        temporaryPath = Temporary.path(of: destination, .unfinished, suffix)
        if let old { try? lock.setPermissions(old.permissions & 0o777) }
    }

    deinit { cancel() }

    /// The path at which to write the file `name` of the new set. `name` may have directories, which are created.
    package func path(for name: String) throws -> String {
        guard isActive else { throw FileError.request(path, "the replacement has ended") }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.isEmpty, parts.allSatisfy(Path.isPlainName) else {
            throw FileError.request(path, "\(FileError.quoted(name)) is not a name inside the directory")
        }
        let file = Path.join(temporaryPath, name)
        try Directory.createAll(Path.parent(file))
        return file
    }

    /// Runs `body`, which writes the new set. An error tells the name that a file is to have, in the directory as the
    /// user named it, and not that of the temporary.
    package func naming<R>(_ directory: String, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as FileError
            where error.path == temporaryPath || error.path.hasPrefix(temporaryPath + "/")
        {
            let rest = error.path.dropFirst(temporaryPath.count + 1)
            throw error.renamed(rest.isEmpty ? directory : Path.join(directory, String(rest)))
        }
    }

    /// Takes files and directories of the old set into the new one, as far as they are there and the new one does not
    /// have them: as hard links where that can be done, as copies elsewhere.
    ///
    /// A log that is held open for appending continues in the new set. Call it last before `commit()`.
    package func keep(_ names: [String]) throws {
        if FileStatus(path) != nil { try Directory.linkTree(from: path, into: temporaryPath, names: names) }
    }

    /// Makes the new set durable and puts it in place of the old one.
    ///
    /// - Throws: `FileError`; the old set is then in place and the new one removed.
    package func commit() throws {
        guard isActive else { throw FileError.request(path, "the replacement has ended") }
        do {
            try seal()
            try Temporary.uninterrupted { if try !exchange() { try moveInTwoSteps() } }
        } catch {
            cancel()
            throw error
        }
        isActive = false
        Temporary.forget(unfinishedPath)
        // The new set is in place whatever happens now. The old one goes once that is durable, else at the next
        // replacement.
        if (try? Directory.sync(Path.parent(path))) != nil { removeOld() }
    }

    /// Gives up: the new set is removed and the old one stays. Does nothing after `commit()`.
    package func cancel() {
        guard isActive else { return }
        isActive = false
        // Killed or failed between the two renames: bring the old set back before the new one goes.
        if FileStatus(path) == nil { try? Directory.rename(oldPath, to: path) }
        try? Directory.removeTree(temporaryPath)
        Temporary.forget(unfinishedPath)
    }

    /// The first of the new set's names, by which it is known as unfinished.
    private var unfinishedPath: String { Temporary.path(of: path, .unfinished, suffix) }
    private var oldPath: String { Temporary.path(of: path, .replaced, suffix) }

    // MARK: Steps, apart so that a test can stop after each

    /// Every byte of the new set is on the disk after this.
    package func seal() throws { try Directory.syncTree(temporaryPath) }

    /// Puts the new set in place in one step. False where the file system cannot, or where there is nothing to exchange
    /// with.
    package func exchange() throws -> Bool {
        if FileStatus(path) == nil { return false }
        return try NameExchange.exchange(path, temporaryPath)
    }

    /// First of the steps without exchange: the name says that the set is complete.
    package func markComplete() throws {
        let complete = Temporary.path(of: path, .complete, suffix)
        try Directory.rename(temporaryPath, to: complete)
        temporaryPath = complete
        try Directory.sync(Path.parent(path))
    }

    /// Second: from here until `moveNewIn` the name is missing.
    package func moveOldAside() throws {
        if FileStatus(path) != nil { try Directory.rename(path, to: oldPath) }
    }

    /// Third.
    package func moveNewIn() throws { try Directory.rename(temporaryPath, to: path) }

    /// Last: what was replaced goes, under whichever name it now has.
    package func removeOld() {
        try? Directory.removeTree(temporaryPath)
        try? Directory.removeTree(oldPath)
    }

    private func moveInTwoSteps() throws {
        try markComplete()
        try moveOldAside()
        try moveNewIn()
    }

    /// For tests: lets go without tidying up, as kill -9 would.
    package func abandon() { isActive = false }

    /// The absolute path, so that neither a link nor a change of the working directory leads the steps to different
    /// places.
    private static func destination(_ path: String) throws -> String {
        if let resolved = Path.resolved(path) { return resolved }
        let (parent, name) = (Path.parent(path), Path.name(path))
        guard !["", "/", ".", ".."].contains(name), !path.utf8.contains(0) else {
            throw FileError.request(path, "names no directory")
        }
        try Directory.createAll(parent)
        return Path.join(Path.resolved(parent) ?? parent, name)
    }
}
