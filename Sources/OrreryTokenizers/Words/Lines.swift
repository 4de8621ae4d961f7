#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension UnsafeBufferPointer<UInt8> {
    /// The length of the first line, its line break included.
    package var endOfLine: Int {
        guard let base = baseAddress, let newline = memchr(base, 0x0A, count) else { return count }
        return UnsafeRawPointer(newline) - UnsafeRawPointer(base) + 1
    }
}
