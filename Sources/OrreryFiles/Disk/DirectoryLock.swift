/// The right to write in a directory, which one process has at a time.
///
/// It is an advisory lock (flock) on the directory itself, which the kernel drops with the process, kill -9 included;
/// no file of its own is left behind. Where the file system knows no locks, it is granted.
package final class DirectoryLock {
    private let directory: Descriptor

    /// Takes the lock of a directory that exists.
    ///
    /// - Throws: `FileError` where another process, or another lock of this one, has it.
    package init(_ path: String) throws {
        directory = try Descriptor.reading(path)
        if directory.tryLock() == .heldByAnother {
            throw FileError.request(
                path, "another process is writing in this directory",
                advice: "wait until it has ended, or name another directory")
        }
    }

    /// Takes the lock where there is a directory, and nil where there is none.
    package static func ifPresent(_ path: String) throws -> DirectoryLock? {
        FileStatus(path)?.kind == .directory ? try DirectoryLock(path) : nil
    }
}
