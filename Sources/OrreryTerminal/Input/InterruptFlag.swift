import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ctrl-C, SIGTERM and a closed terminal as a flag that a loop looks at, so that it can end in order and save its work.
///
/// The first signal raises the flag; a second one while a flag is held exits at once with 128 and the signal's number.
/// Handlers that were there before come back when the last flag of the process is released. A signal that the parent
/// ignores (nohup) stays ignored.
///
/// ```swift
/// let interrupt = InterruptFlag()
/// defer { interrupt.release() }
/// while step < total { try interrupt.check(); ... }
/// ```
public final class InterruptFlag: Sendable {
    private let isHeld = Mutex(true)
    private let heed: InterruptHandlers.Heed

    /// Handles the signals from now on.
    ///
    /// - Parameters:
    ///   - grace: the seconds within which the work ends once the flag is raised; a program that calls
    ///   `Interruption.answer` ends after them. `.infinity` for work that saves, which ends by itself or by a second
    ///   signal.
    ///   - notice: what a person is told who waits for work of infinite grace to end.
    public init(
        grace: Double = 0.8, notice: String = "stopping, and keeping what there is; Ctrl-C again ends at once"
    ) {
        heed = InterruptHandlers.Heed(grace: grace, notice: notice)
        InterruptHandlers.retain(heed)
    }

    deinit { release() }

    /// Whether a signal has come since the first flag of the process was made, or since `reset()`. One atomic load.
    public var isRaised: Bool { numSignals.load(ordering: .relaxed) > 0 }

    /// Whether the newest signal was not Ctrl-C but one that wants the program to end: SIGTERM, or a terminal that is
    /// gone.
    public var asksToEnd: Bool { isRaised && lastSignal.load(ordering: .relaxed) != SIGINT }

    /// - Throws: `Interrupted` once the flag is raised.
    public func check() throws { if isRaised { throw Interrupted(isTold: false) } }

    /// Lowers the flag, so that the next signal raises it again: for a loop that continues, as a chat does after one
    /// answer is cut.
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
        if wasHeld { InterruptHandlers.release(heed) }
    }
}
