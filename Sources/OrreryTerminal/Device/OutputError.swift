#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Standard output that could not be written: a full disk, a device error, a reader that has gone away.
public struct OutputError: Error, Equatable, CustomStringConvertible {
    /// The system's error number.
    let code: Int32

    /// Whether the reader closed its end, as `| head` does once it has enough. That is not a failure of the work.
    public var isClosedPipe: Bool { code == EPIPE }

    public var description: String { "standard output: cannot write: \(String(cString: strerror(code)))" }
}
