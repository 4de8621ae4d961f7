#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What must be undone on the terminal however the process ends: a hidden cursor, and the mode in which keys are read
/// one by one.
enum ScreenState {
    /// Undoes it with a few system calls and nothing else: what a signal handler may do.
    static func restore() {
        RawMode.leave()
        Cursor.showFromSignalHandler()
    }

    /// Makes the state exist. Called before a handler that uses it is installed: what a first use does is not safe in
    /// there.
    static func prepareForSignals() {
        RawMode.prepareForSignals()
        Cursor.prepareForSignals()
    }

    /// Sees to it that the process does not end without `restore()`: by `exit`, or by a signal that nobody handles.
    static func guardExit() {
        prepareForSignals()
        _ = atExit
        for signal in [SIGINT, SIGTERM, SIGHUP] where SignalAction(of: signal).isDefault {
            SignalAction(endAfterRestoring).install(for: signal)
        }
        // Swift's backtracer handles it, which would ask its questions in the raw mode.
        if !SignalAction(of: SIGQUIT).isIgnored { SignalAction(endAfterRestoring).install(for: SIGQUIT) }
    }

    private static let endAfterRestoring: SignalAction.Handler = { number in
        ScreenState.restore()
        signal(number, SIG_DFL)
        raise(number)
    }

    /// Runs once, however often it is called.
    private static let atExit: Int32 = atexit { ScreenState.restore() }
}
