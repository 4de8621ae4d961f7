import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ctrl-C and SIGTERM as a flag that a loop looks at, so that it can end in order and save its work.
///
/// The first signal raises the flag; a second one while a flag is held exits at once with status 130. Handlers that were there
/// before come back when the last flag of the process is released. A signal that the parent ignores (nohup) stays ignored.
///
/// ```swift
/// let interrupt = InterruptFlag()
/// defer { interrupt.release() }
/// while step < total, !interrupt.isRaised { ... }
/// ```
public final class InterruptFlag: Sendable {
    private let isHeld = Mutex(true)

    /// Handles the signals from now on.
    public init() {
        installed.withLock { $0.retain() }
    }

    deinit { release() }

    /// Whether a signal has come since the first flag of the process was made, or since `reset()`. One atomic load.
    public var isRaised: Bool { numSignals.load(ordering: .relaxed) > 0 }

    /// Lowers the flag, so that the next signal raises it again: for a loop that goes on, as a chat does after one answer is cut.
    public func reset() {
        numSignals.store(0, ordering: .relaxed)
    }

    /// Raises the flag as a signal would; for code that wants to end the loop itself.
    public func raise() {
        numSignals.wrappingAdd(1, ordering: .relaxed)
    }

    /// Gives the signals back. Calling it again does nothing.
    public func release() {
        let wasHeld = isHeld.withLock { isHeld in
            defer { isHeld = false }
            return isHeld
        }
        if wasHeld { installed.withLock { $0.release() } }
    }
}

/// The handlers are the process's, so the flags share them.
private struct InstalledHandlers {
    private var numFlags = 0
    private var previous: [(signal: Int32, action: SignalAction)] = []

    mutating func retain() {
        numFlags += 1
        guard numFlags == 1 else { return }
        // Touches the counter before any signal can: its first use must not be in the handler.
        numSignals.store(0, ordering: .sequentiallyConsistent)
        Cursor.prepareForSignals()
        for signal in [SIGINT, SIGTERM] {
            let action = SignalAction(of: signal)
            if action.isIgnored { continue }
            previous.append((signal, action))
            SignalAction(countSignal).install(for: signal)
        }
    }

    mutating func release() {
        numFlags -= 1
        guard numFlags == 0 else { return }
        for (signal, action) in previous where SignalAction(of: signal).calls(countSignal) {
            action.install(for: signal)
        }
        previous = []
    }
}

/// Only an atomic addition and, the second time, `write` and `_exit`: all that POSIX allows here (2.4.3, async-signal-safe).
private let countSignal: SignalAction.Handler = { _ in
    guard numSignals.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue > 0 else { return }
    Cursor.showFromSignalHandler()
    _exit(130)
}

private let numSignals = Atomic<Int>(0)
private let installed = Mutex(InstalledHandlers())
