import Foundation
import Synchronization

/// Work that a signal has ended: Ctrl-C, or a polite kill.
public struct Interrupted: Error, CustomStringConvertible {
    /// 128 and the signal's number, as a shell reports a program that a signal has ended: 130 after Ctrl-C.
    public var exitStatus: Int32 { 128 + lastSignal.load(ordering: .relaxed) }
    public var description: String { "interrupted" }

    /// Whether the work has told by itself that it was stopped.
    package let isTold: Bool

    public init() { isTold = true }
    package init(isTold: Bool) { self.isTold = isTold }
}

/// Answers Ctrl-C for a whole program.
///
/// Where an `InterruptFlag` is held, the first signal raises it and the work ends in its own order: at once in most
/// commands, after saving where there is something to save. Where none is held, where one is not heeded within its
/// grace, and on a second signal, the process ends here: the cursor comes back, unfinished files go, and the exit
/// status is 128 and the signal's number.
public enum Interruption {
    /// Answers signals from now on.
    ///
    /// - Parameter cleanUp: removes what must not stay behind. It runs on a thread of its own, not in a signal handler.
    public static func answer(cleanUp: @escaping @Sendable () -> Void) {
        SignalAction.ignoreClosedPipes()
        SignalPipe.open()
        InterruptHandlers.installForGood()
        let thread = Thread {
            while let count = SignalPipe.wait() {
                if count > 1 { end(cleanUp) }
                guard let heed = InterruptHandlers.mostPatient else { end(cleanUp) }
                // A flag without a limit has something to do first; a person who waits is told so.
                Thread.sleep(forTimeInterval: min(heed.grace, 0.9))
                guard InterruptHandlers.isPending else { continue }
                if heed.grace.isFinite { end(cleanUp) }
                Terminal.standardError.showLine("\norrery: \(heed.notice)")
            }
        }
        thread.name = "signals"
        thread.start()
    }

    private static func end(_ cleanUp: () -> Void) -> Never {
        ScreenState.restore()
        cleanUp()
        let terminal = Terminal.standardError
        // On a terminal the cursor stands behind the echo of Ctrl-C.
        terminal.showLine((terminal.isTerminal ? "\n" : "") + "orrery: stopped")
        _exit(Interrupted().exitStatus)
    }
}
