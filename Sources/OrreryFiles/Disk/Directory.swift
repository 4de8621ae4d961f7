#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Directories and the names in them.
package enum Directory {
    /// The names in a directory, without "." and "..", in byte order.
    package static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw FileError.system("list", path, errno: errno) }
        defer { closedir(directory) }

        // The record is shorter than the declared type: only a pointer to the name is sure to be in bounds.
        let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name)!
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let bytes = (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self)
            guard let name = String(validatingCString: bytes) else {
                throw FileError.request(path, "holds a file whose name is not UTF-8", advice: "rename it")
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileError.system("list", path, errno: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Creates one directory, which must not exist.
    package static func create(_ path: String, permissions: UInt32 = 0o777) throws {
        guard mkdir(path, mode_t(permissions)) == 0 else {
            throw FileError.system("create the directory", path, errno: errno)
        }
    }

    /// Creates a directory and those above it, as far as they are missing.
    package static func createAll(_ path: String) throws {
        if FileStatus(path)?.kind == .directory { return }
        let parent = Path.parent(path)
        if FileStatus(parent) == nil, parent != path { try createAll(parent) }
        do { try create(path) } catch let error as FileError where error.isAlreadyThere {
            // Another process was faster, or a file is in the way.
            guard FileStatus(path)?.kind == .directory else { throw error }
        }
    }

    /// Makes the names in a directory durable: a rename is on the disk only after this.
    package static func sync(_ path: String) throws {
        try Descriptor.reading(path).sync(toleratingUnsupported: true)
    }

    /// Makes everything under a directory durable: files first, then the directory that names them.
    package static func syncTree(_ path: String) throws {
        for name in try names(in: path) {
            let entry = Path.join(path, name)
            switch FileStatus(entry, followingLinks: false)?.kind {
            case .file: try Descriptor.reading(entry).sync()
            case .directory: try syncTree(entry)
            case .link, .other, nil: break
            }
        }
        try sync(path)
    }

    /// Removes a file or a whole directory; links are removed, not followed. What is gone already is no error.
    package static func removeTree(_ path: String) throws {
        guard let status = FileStatus(path, followingLinks: false) else { return }
        if status.kind == .directory {
            for name in try names(in: path) { try removeTree(Path.join(path, name)) }
            guard rmdir(path) == 0 || errno == ENOENT else { throw FileError.system("remove", path, errno: errno) }
        } else {
            guard unlink(path) == 0 || errno == ENOENT else { throw FileError.system("remove", path, errno: errno) }
        }
    }

    /// Renames; a file or an empty directory in the way is replaced in one step.
    package static func rename(_ old: String, to new: String) throws {
        guard systemRename(old, new) == 0 else {
            let code = errno
            throw FileError.system("rename \(Path.name(old)) to this name", new, errno: code)
        }
    }
}

// A free function, because the method above hides the system's name.
private func systemRename(_ old: String, _ new: String) -> CInt { rename(old, new) }
