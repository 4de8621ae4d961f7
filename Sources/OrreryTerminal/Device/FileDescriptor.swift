#if canImport(Darwin)
@preconcurrency import Darwin
#elseif canImport(Glibc)
@preconcurrency import Glibc
#elseif canImport(Musl)
@preconcurrency import Musl
#endif

/// The system calls on standard input, output and error.
struct FileDescriptor: Sendable {
    let number: Int32

    static let standardInput = FileDescriptor(number: 0)
    static let standardOutput = FileDescriptor(number: 1)
    static let standardError = FileDescriptor(number: 2)

    var isTerminal: Bool { isatty(number) == 1 }

    /// The columns of the terminal now, or nil where the system does not know them.
    var columns: Int? {
        var size = winsize()
        guard ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The rows of the terminal now, or nil where the system does not know them.
    var rows: Int? {
        var size = winsize()
        guard ioctl(number, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
    }

    /// Up to 4096 bytes, once there are some; empty at the end of the input.
    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = bytes.withUnsafeMutableBytes { systemRead(number, $0.baseAddress!, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return Array(bytes.prefix(max(0, count)))
        }
    }

    /// Writes all of the text.
    func write(_ text: String) throws(OutputError) {
        var text = text
        let code = text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
        if code != 0 { throw OutputError(code: code) }
    }

    /// Writes all of the bytes, after what `print` has left in the C library's buffer.
    ///
    /// - Returns: the system's error number, or 0.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if number == 1, fflush(stdout) != 0 { return errno }
        guard let base = bytes.baseAddress else { return 0 }
        var start = 0
        while start < bytes.count {
            let written = systemWrite(number, base + start, bytes.count - start)
            if written > 0 {
                start += written
            } else if written == 0 {
                return EIO
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// Waits at most `milliseconds` for something to read. An interrupted wait counts as a timeout.
    func waitUntilReadable(milliseconds: Int32) -> Bool {
        wait(for: Int16(POLLIN), milliseconds: milliseconds)
    }

    /// The next line of standard input without its newline, or nil at the end.
    static func readInputLine() -> String? {
        // readLine repeats a read that failed while errno says EINTR, and the end of input leaves errno as it was:
        // after an interrupted `poll`, Ctrl-D would not end it.
        errno = 0
        return readLine(strippingNewline: true)
    }

    private func waitUntilWritable() {
        _ = wait(for: Int16(POLLOUT), milliseconds: 1000)
    }

    private func wait(for events: Int16, milliseconds: Int32) -> Bool {
        var request = pollfd(fd: number, events: events, revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }
}

// Free functions, because the methods above hide the system's names.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
