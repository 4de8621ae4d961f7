import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A pipe from the signal handler to a thread, which may do what a handler may not.
enum SignalPipe {
    /// The ends of the pipe, or -1.
    private static let reading = Atomic<Int32>(-1), writing = Atomic<Int32>(-1)

    static func open() {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { pipe($0.baseAddress!.assumingMemoryBound(to: Int32.self)) }
        guard code == 0 else { return }
        for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A full pipe must not make the handler wait.
        _ = fcntl(ends.1, F_SETFL, O_NONBLOCK)
        reading.store(ends.0, ordering: .sequentiallyConsistent)
        writing.store(ends.1, ordering: .sequentiallyConsistent)
    }

    /// Makes the state exist before a handler uses it.
    static func prepareForSignals() { _ = isOpen }

    static var isOpen: Bool { writing.load(ordering: .relaxed) >= 0 }

    /// Tells the thread how many signals there have been; one system call.
    static func send(_ count: Int) {
        let saved = errno
        var byte = UInt8(clamping: count)
        _ = write(writing.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }

    /// The number of signals, once one has come; nil where there is no pipe.
    static func wait() -> Int? {
        let end = reading.load(ordering: .relaxed)
        guard end >= 0 else { return nil }
        var byte: UInt8 = 0
        while true {
            let count = read(end, &byte, 1)
            if count == 1 { return Int(byte) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }
}
