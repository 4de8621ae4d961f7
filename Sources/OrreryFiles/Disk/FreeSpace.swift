#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The space left on the disk under a path.
package enum FreeSpace {
    /// The bytes that an unprivileged process may still write at `path`, or, where it does not exist yet, at the
    /// nearest directory above it. `Int.max` where the file system does not say.
    package static func bytes(at path: String) throws -> Int {
        var place = path.isEmpty ? "." : path
        while FileStatus(place) == nil, place != "/", place != "." { place = Path.parent(place) }

        var system = statvfs()
        guard statvfs(place, &system) == 0 else { throw FileError.system("ask for the free space", path, errno: errno) }
        // Some network and user-space file systems report no size at all.
        guard system.f_blocks > 0 else { return .max }
        let (product, overflow) = UInt64(system.f_bavail).multipliedReportingOverflow(by: UInt64(system.f_frsize))
        return overflow ? .max : Int(clamping: product)
    }

    /// - Throws: `FileError` that names how much is needed and how much there is.
    package static func requireSpace(_ needed: Int, at path: String) throws {
        let available = try bytes(at: path)
        guard needed <= available else { throw FileError.space(path, needed: needed, available: available) }
    }
}
