#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// When a file was read and written last, in seconds since 1970.
package struct FileTimes: Sendable {
    package let accessed: Double
    package let modified: Double

    /// nil where there is nothing, or nothing that may be looked at. A link is followed.
    package init?(_ path: String) {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
        let (read, written) = (status.st_atimespec, status.st_mtimespec)
        #else
        let (read, written) = (status.st_atim, status.st_mtim)
        #endif
        accessed = Double(read.tv_sec) + Double(read.tv_nsec) / 1e9
        modified = Double(written.tv_sec) + Double(written.tv_nsec) / 1e9
    }

    /// Makes now the time of a file's last change; where that is not allowed, nothing happens.
    package static func setToNow(_ path: String) { _ = utimes(path, nil) }
}
