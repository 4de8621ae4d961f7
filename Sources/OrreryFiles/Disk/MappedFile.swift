#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file mapped into memory for reading.
///
/// The map outlives the name: a file that is replaced (as `AtomicFile` does) or removed stays readable here. A file
/// that another program *shortens in place* does not; the system then stops the process (SIGBUS), and no reader of maps
/// can prevent it.
///
/// `@unchecked Sendable`: the pointer is written once, in `init`; nobody writes through it; the pages are unmapped in
/// `deinit`, when no reference is left.
package final class MappedFile: @unchecked Sendable {
    /// The path as it was given to `init`.
    package let path: String
    /// The length of the file in bytes when it was opened.
    package let count: Int
    /// nil for an empty file, which cannot be mapped.
    private let base: UnsafeRawPointer?
    /// Whether the bytes are memory of our own instead of a map.
    private let isCopy: Bool

    /// Maps the file at `path`.
    ///
    /// - Throws: `FileError` where it is missing, not readable, a directory, or not a regular file.
    package init(path: String) throws {
        let file = try Descriptor.reading(path)
        let status = try file.status()
        switch status.kind {
        case .file: break
        case .directory: throw FileError.request(path, "is a directory", advice: "name a file")
        case .link, .other: throw FileError.request(path, "is not a regular file", advice: "copy it to a file first")
        }
        self.path = path
        count = status.byteCount
        base = count == 0 ? nil : try file.map(count: count)
        isCopy = false
    }

    /// Bytes in memory in place of a file: those that came through a pipe, and those that are about to be written.
    ///
    /// - Parameter path: what errors call them.
    package init(path: String, copying bytes: [UInt8]) {
        self.path = path
        count = bytes.count
        isCopy = true
        guard !bytes.isEmpty else {
            base = nil
            return
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        base = UnsafeRawPointer(memory.baseAddress)
    }

    deinit {
        guard let base else { return }
        if isCopy {
            base.deallocate()
        } else {
            _ = munmap(UnsafeMutableRawPointer(mutating: base), count)
        }
    }

    /// Gives `body` every byte of the file. The pointer must not leave `body`.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// A part of the file that keeps the whole map alive.
    ///
    /// - Parameters:
    ///   - offset: the first byte, counted from the start of the file.
    ///   - count: the number of bytes.
    /// - Throws: `FileError` where that part is not wholly inside the file.
    package func region(offset: Int, count: Int) throws -> MappedRegion {
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard offset >= 0, count >= 0, !overflow, end <= self.count else {
            throw FileError.byte(
                offset, of: path, expected: "\(count) bytes from here", found: "a file of \(self.count) bytes")
        }
        return MappedRegion(file: self, offset: offset, count: count)
    }

    /// Every byte, as a part that keeps the map alive.
    var whole: MappedRegion { MappedRegion(file: self, offset: 0, count: count) }

    /// Asks the system to start reading the file into memory; returns at once and promises nothing.
    package func prefetch() {
        if let base { _ = madvise(UnsafeMutableRawPointer(mutating: base), count, CInt(MADV_WILLNEED)) }
    }
}

/// A part of a mapped file, whose bounds were checked when it was made. It keeps the map alive.
package struct MappedRegion: Sendable {
    package let file: MappedFile
    /// The first byte, counted from the start of the file.
    package let offset: Int
    /// The number of bytes.
    package let count: Int

    fileprivate init(file: MappedFile, offset: Int, count: Int) {
        (self.file, self.offset, self.count) = (file, offset, count)
    }

    /// Gives `body` the bytes of the region. The pointer must not leave `body`; it need not be aligned to anything.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try file.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[offset ..< offset + count])) }
    }
}
