#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Error numbers in the words of this program, the same on every system and in every locale.
enum Errno {
    static let notFound = ENOENT
    static let noSpace = ENOSPC
    static let exists = EEXIST

    static func text(_ code: CInt) -> String {
        switch code {
        case ENOENT: "no such file or directory"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "it is a directory"
        case ENOTDIR: "a part of the path is not a directory"
        case EEXIST: "it exists already"
        case ENOTEMPTY: "the directory is not empty"
        case ENOSPC: "no space left on the disk"
        case EDQUOT: "the disk quota is used up"
        case EROFS: "the file system is read-only"
        case ENAMETOOLONG: "the name is too long"
        case EFBIG: "the file is larger than the file system or the limit allows"
        case EMFILE, ENFILE: "too many open files"
        case ELOOP: "too many symbolic links"
        case EBUSY: "it is in use, or a mount point"
        case EIO: "input/output error"
        case ENOMEM: "out of memory or address space"
        default: "system error \(code)"
        }
    }

    static func advice(_ code: CInt) -> String? {
        switch code {
        case ENOENT: "check the path"
        case EACCES, EPERM: "check who owns it (ls -l)"
        case EISDIR: "name a file"
        case ENOSPC, EDQUOT: "free some space, or choose another disk"
        case EMFILE: "raise the limit (ulimit -n)"
        default: nil
        }
    }
}

/// Sizes for people.
package enum ByteCount {
    /// 1536 is "1.5 kB", in powers of 1000 as everywhere here; below that, "12 bytes".
    package static func text(_ count: Int) -> String {
        guard count >= 1000 else { return "\(count) bytes" }
        var value = Double(count)
        var unit = 0
        while value >= 1000, unit < 5 {
            value /= 1000
            unit += 1
        }
        let tenths = (value * 10).rounded() / 10
        return "\(tenths) \(["bytes", "kB", "MB", "GB", "TB", "PB"][unit])"
    }
}
