#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension DirectoryReplacement {
    /// Puts a complete set in place where a writer died between the two renames of a file system that cannot exchange
    /// names. Does nothing, and writes nothing, where the directory is there or never was.
    ///
    /// Call it before reading a directory that is written by replacement.
    package static func recover(at path: String) throws {
        // A living writer needs microseconds between its renames; it is given two seconds.
        for _ in 0 ..< 200 {
            if FileStatus(path) != nil { return }
            let complete = try temporaries(of: path, .complete)
            if complete.isEmpty { return try recoverReplaced(at: path) }
            for candidate in complete {
                guard let lock = Temporary.lockIfAbandoned(candidate) else { continue }
                defer { withExtendedLifetime(lock) {} }
                if FileStatus(path) != nil { return }
                try Directory.rename(candidate, to: path)
                return try Directory.sync(Path.parent(path))
            }
            usleep(10_000)
        }
        throw FileError.request(path, "another process has been replacing it for two seconds", advice: "try again")
    }

    /// Whether a complete set waits next to `path`: then what it replaces must not be removed yet.
    static func hasComplete(_ path: String) -> Bool {
        (try? temporaries(of: path, .complete).isEmpty) != true
    }

    /// With no newer set about, the replaced one is the one to have.
    private static func recoverReplaced(at path: String) throws {
        guard let old = try temporaries(of: path, .replaced).last else { return }
        try Directory.rename(old, to: path)
        try Directory.sync(Path.parent(path))
    }

    private static func temporaries(of path: String, _ stage: Temporary.Stage) throws -> [String] {
        let directory = Path.parent(path)
        guard FileStatus(directory)?.kind == .directory else { return [] }
        return try Directory.names(in: directory)
            .filter { Temporary.isTemporary($0, of: Path.name(path), stage) }
            .map { Path.join(directory, $0) }
    }
}
