#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Two names trade places in one step, where system and file system can do that.
enum NameExchange {
    /// - Returns: whether it was done; false where it is not supported and nothing has changed.
    static func exchange(_ first: String, _ second: String) throws -> Bool {
        guard let code = call(first, second) else { return false }
        switch code {
        case 0: return true
        case ENOSYS, EINVAL, ENOTSUP, EOPNOTSUPP: return false
        default: throw FileError.system("exchange \(Path.name(second)) with this", first, errno: code)
        }
    }

    #if canImport(Darwin)
    private static func call(_ first: String, _ second: String) -> CInt? {
        renamex_np(first, second, UInt32(RENAME_SWAP)) == 0 ? 0 : errno
    }
    #else
    private typealias Renameat2 =
        @convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, UInt32) -> CInt

    /// renameat2(2) is hidden behind _GNU_SOURCE, which Swift's view of the C library lacks, and old libraries do not
    /// have it: it is looked up in the running program.
    private static let renameat2: Renameat2? = {
        guard let program = dlopen(nil, RTLD_NOW), let symbol = dlsym(program, "renameat2") else { return nil }
        return unsafeBitCast(symbol, to: Renameat2.self)
    }()

    private static func call(_ first: String, _ second: String) -> CInt? {
        let exchange: UInt32 = 1 << 1  // RENAME_EXCHANGE, linux/fs.h
        return renameat2.map { $0(AT_FDCWD, first, AT_FDCWD, second, exchange) == 0 ? 0 : errno }
    }
    #endif
}
