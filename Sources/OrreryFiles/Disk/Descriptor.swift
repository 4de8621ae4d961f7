#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file: closed when the last reference goes, every call repeated after an interruption, every failure a
/// `FileError`.
package final class Descriptor {
    package let path: String
    private let raw: CInt

    private init(path: String, raw: CInt) {
        self.path = path
        self.raw = raw
    }

    deinit { _ = close(raw) }

    /// Opens for reading. O_NONBLOCK so that a pipe without a writer cannot hang us; on a regular file it means
    /// nothing.
    package static func reading(_ path: String) throws -> Descriptor {
        try opened(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, "open for reading")
    }

    /// Opens for reading, and waits for what a pipe has to say.
    package static func readingBlocking(_ path: String) throws -> Descriptor {
        try opened(path, O_RDONLY | O_CLOEXEC, "open for reading")
    }

    /// Opens what exists for writing.
    package static func writing(_ path: String) throws -> Descriptor {
        try opened(path, O_WRONLY | O_CLOEXEC, "open for writing")
    }

    /// Opens what exists for writing at its end.
    package static func appending(_ path: String) throws -> Descriptor {
        try opened(path, O_WRONLY | O_APPEND | O_CLOEXEC, "open for appending")
    }

    /// Opens for writing at the end; what is created only its owner may read. A pipe without a reader is an error, not
    /// a wait.
    package static func appendingPrivately(_ path: String) throws -> Descriptor {
        try opened(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, "open for appending", mode: 0o600)
    }

    /// Creates a file that must not exist yet.
    package static func creating(_ path: String) throws -> Descriptor {
        try opened(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, "create")
    }

    /// Opens for reading and for writing at the end, and creates what is missing. A link is refused, not followed.
    package static func continuing(_ path: String) throws -> Descriptor {
        try opened(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, "open for appending")
    }

    /// Opens a file that is there for its lock alone, creates it for the group too, and never follows a link.
    package static func lockFile(_ path: String) throws -> Descriptor {
        try opened(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, "open the lock", mode: 0o664)
    }

    private static func opened(
        _ path: String, _ flags: CInt, _ action: String, mode: mode_t = 0o666
    ) throws -> Descriptor {
        // The C interface would stop at the zero and open another file.
        guard !path.utf8.contains(0) else { throw FileError.request(path, "the path contains a zero byte") }
        let raw = repeating { open(path, flags, mode) }
        guard raw >= 0 else { throw FileError.system(action, path, errno: errno) }
        return Descriptor(path: path, raw: raw)
    }

    package func status() throws -> FileStatus {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw FileError.system("inspect", path, errno: errno) }
        return FileStatus(status)
    }

    package func setPermissions(_ permissions: UInt32) throws {
        guard fchmod(raw, mode_t(permissions)) == 0 else {
            throw FileError.system("set the permissions", path, errno: errno)
        }
    }

    /// Reads up to `buffer.count` bytes; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = Self.repeating { systemRead(raw, buffer.baseAddress, min(buffer.count, 1 << 30)) }
        guard count >= 0 else { throw FileError.system("read", path, errno: errno) }
        return count
    }

    /// Writes all of `bytes`, in as many calls as the system makes of it.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Darwin refuses more than 2 GiB at a time.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            let written = Self.repeating { systemWrite(raw, piece.baseAddress, piece.count) }
            guard written > 0 else { throw FileError.system("write", path, errno: written == 0 ? EIO : errno) }
            rest = rest.dropFirst(written)
        }
    }

    /// Removes the content.
    package func truncate() throws {
        guard Self.repeating({ ftruncate(raw, 0) }) == 0 else { throw FileError.system("shorten", path, errno: errno) }
    }

    /// Returns once the content is on the disk.
    ///
    /// - Parameter toleratingUnsupported: for directories, which some network file systems cannot flush and need not.
    package func sync(toleratingUnsupported: Bool = false) throws {
        #if canImport(Darwin)
        // Darwin's fsync stops at the drive's cache (fsync(2)); some file systems know only that.
        if Self.repeating({ fcntl(raw, F_FULLFSYNC) }) == 0 { return }
        #endif
        guard Self.repeating({ fsync(raw) }) != 0 else { return }
        if toleratingUnsupported, errno == EINVAL || errno == ENOTSUP { return }
        throw FileError.system("flush to disk", path, errno: errno)
    }

    /// Takes the advisory lock that the kernel drops when its holder dies, kill -9 included.
    package func tryLock() -> Lock {
        if Self.repeating({ flock(raw, LOCK_EX | LOCK_NB) }) == 0 { return .taken }
        return errno == EWOULDBLOCK ? .heldByAnother : .unsupported
    }

    package enum Lock { case taken, heldByAnother, unsupported }

    func map(count: Int) throws -> UnsafeRawPointer {
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, raw, 0), base != MAP_FAILED else {
            throw FileError.system("map into memory", path, errno: errno)
        }
        return UnsafeRawPointer(base)
    }

    private static func repeating<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}

// Free functions, because the methods above hide the system's names.
private func systemRead(_ raw: CInt, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(raw, base, count) }
private func systemWrite(_ raw: CInt, _ base: UnsafeRawPointer?, _ count: Int) -> Int { write(raw, base, count) }
