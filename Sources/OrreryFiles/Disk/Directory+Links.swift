#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Directory {
    /// Brings what `source` has and `target` lacks into `target`: files as hard links where possible, as copies
    /// elsewhere; symbolic links as such. Temporaries of unfinished writers stay behind.
    ///
    /// - Parameter chosen: the names in `source` to bring; nil brings all.
    package static func linkTree(from source: String, into target: String, names chosen: [String]? = nil) throws {
        for name in try names(in: source)
        where chosen?.contains(name) != false && !Temporary.isTemporary(name, .unfinished) {
            let (old, new) = (Path.join(source, name), Path.join(target, name))
            let there = FileStatus(new, followingLinks: false)
            guard let status = FileStatus(old, followingLinks: false) else { continue }
            switch status.kind {
            case .directory where there == nil || there?.kind == .directory:
                if there == nil { try create(new) }
                try linkTree(from: old, into: new)
            case .file where there == nil:
                if link(old, new) != 0 { try copy(old, to: new) }
            case .link where there == nil:
                try copyLink(old, to: new)
            case .other where there == nil:
                throw FileError.request(
                    old, "is neither file nor directory and cannot be kept", advice: "move it elsewhere")
            default:
                continue
            }
        }
    }

    /// Puts a symbolic link to `target` at `path`; a file or link that is there is replaced in one step.
    package static func createLink(_ path: String, to target: String) throws {
        for _ in 0 ..< 1000 {
            let temporary = Temporary.path(of: path, .unfinished, Temporary.uniqueSuffix())
            if symlink(target, temporary) == 0 {
                do { return try rename(temporary, to: path) } catch {
                    try? removeTree(temporary)
                    throw error
                }
            }
            guard errno == EEXIST else { throw FileError.system("create the link", path, errno: errno) }
        }
        throw FileError.request(path, "no free name for a temporary link next to it", advice: "remove its .tmp- links")
    }

    private static func copy(_ old: String, to new: String) throws {
        let file = try AtomicFile(path: new)
        try MappedFile(path: old).withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    private static func copyLink(_ old: String, to new: String) throws {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        // One byte is left for the zero at the end.
        guard readlink(old, &target, target.count - 1) >= 0 else {
            throw FileError.system("read the link", old, errno: errno)
        }
        guard symlink(target, new) == 0 else { throw FileError.system("create the link", new, errno: errno) }
    }
}
