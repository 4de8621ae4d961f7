import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The mode of the terminal in which each key arrives as it is pressed: on while a line is read, and off again however
/// the process ends.
enum RawMode {
    /// What the terminal was before; written before `isOn` says that it may be read.
    nonisolated(unsafe) private static let saved = {
        let saved = UnsafeMutablePointer<termios>.allocate(capacity: 1)
        saved.initialize(to: termios())
        return saved
    }()
    private static let isOn = Atomic<Bool>(false)
    /// Whether the terminal was asked to mark what is pasted.
    private static let marksPastes = Atomic<Bool>(false)

    /// Reads keys from standard input, without echo, and asks the terminal on standard output to mark what is pasted
    /// (xterm's mode 2004).
    ///
    /// - Returns: false where standard input is not a terminal that can do it.
    static func enter() -> Bool {
        guard
            set({ mode in
                mode.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON)
                mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
            })
        else { return false }
        marksPastes.store(true, ordering: .sequentiallyConsistent)
        Terminal.standardOutput.show("\u{1B}[?2004h")
        return true
    }

    /// Leaves keys that are pressed while the program works to the next line: they are not echoed, and arrive as they
    /// were pressed. Ctrl-C and its like still make signals.
    static func enterWhileWorking() -> Bool {
        set { mode in
            mode.c_iflag &= ~tcflag_t(ICRNL | INLCR | IGNCR)
            mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
        }
    }

    private static func set(_ change: (inout termios) -> Void) -> Bool {
        if isOn.load(ordering: .sequentiallyConsistent) { return true }
        var mode = termios()
        guard tcgetattr(0, &mode) == 0 else { return false }
        saved.pointee = mode
        change(&mode)
        withUnsafeMutableBytes(of: &mode.c_cc) { controls in
            controls.storeBytes(of: cc_t(1), toByteOffset: Int(VMIN) * MemoryLayout<cc_t>.stride, as: cc_t.self)
            controls.storeBytes(of: cc_t(0), toByteOffset: Int(VTIME) * MemoryLayout<cc_t>.stride, as: cc_t.self)
        }
        ScreenState.guardExit()
        isOn.store(true, ordering: .sequentiallyConsistent)
        // What was typed ahead stays: TCSADRAIN, not TCSAFLUSH.
        guard tcsetattr(0, TCSADRAIN, &mode) == 0 else {
            isOn.store(false, ordering: .sequentiallyConsistent)
            return false
        }
        return true
    }

    /// Gives the terminal back as it was. Only system calls that a signal handler may make (POSIX, 2.4.3).
    static func leave() {
        guard isOn.exchange(false, ordering: .sequentiallyConsistent) else { return }
        if marksPastes.exchange(false, ordering: .sequentiallyConsistent) {
            // ESC [ ? 2 0 0 4 l, in a tuple, so that nothing is allocated.
            var bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (
                0x1B, 0x5B, 0x3F, 0x32, 0x30, 0x30, 0x34, 0x6C
            )
            withUnsafeBytes(of: &bytes) { _ = write(1, $0.baseAddress!, $0.count) }
        }
        tcsetattr(0, TCSANOW, saved)
    }

    /// Whether somebody else has changed the mode meanwhile: a shell, after the process was stopped from outside.
    static var isLost: Bool {
        var mode = termios()
        return isOn.load(ordering: .sequentiallyConsistent) && tcgetattr(0, &mode) == 0
            && mode.c_lflag & tcflag_t(ICANON) != 0
    }

    /// Takes the mode that somebody else has set for the one to come back to, and sets it anew.
    static func enterAgain() -> Bool {
        isOn.store(false, ordering: .sequentiallyConsistent)
        return enter()
    }

    /// Makes the state exist before a handler uses it.
    static func prepareForSignals() {
        _ = saved
        _ = isOn.load(ordering: .relaxed)
        _ = marksPastes.load(ordering: .relaxed)
    }
}
