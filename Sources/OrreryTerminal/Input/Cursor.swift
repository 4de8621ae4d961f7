import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The cursor of the process's terminal: hidden while something is redrawn, and shown again however the process ends.
enum Cursor {
    static func hide(on terminal: Terminal) {
        if let descriptor = terminal.descriptor {
            ScreenState.guardExit()
            hiddenOn.store(descriptor.number, ordering: .sequentiallyConsistent)
        }
        terminal.show("\u{1B}[?25l")
    }

    static func show(on terminal: Terminal) {
        terminal.show("\u{1B}[?25h")
        if terminal.descriptor != nil { hiddenOn.store(-1, ordering: .sequentiallyConsistent) }
    }

    /// Shows a hidden cursor with one system call and nothing else: what a signal handler may do.
    static func showFromSignalHandler() {
        let descriptor = hiddenOn.exchange(-1, ordering: .sequentiallyConsistent)
        guard descriptor >= 0 else { return }
        // ESC [ ? 2 5 h newline, in a tuple, so that nothing is allocated.
        var bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0x1B, 0x5B, 0x3F, 0x32, 0x35, 0x68, 0x0A)
        withUnsafeBytes(of: &bytes) { _ = write(descriptor, $0.baseAddress!, $0.count) }
    }

    /// Makes the state exist. Called before a handler that uses it is installed: what a first use does is not safe in
    /// there.
    static func prepareForSignals() {
        _ = hiddenOn.load(ordering: .relaxed)
    }
}

/// The descriptor of the terminal whose cursor is hidden, or -1.
private let hiddenOn = Atomic<Int32>(-1)
