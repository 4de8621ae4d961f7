import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The signals that have come and are not answered.
let numSignals = Atomic<Int>(0)
/// The newest of them.
let lastSignal = Atomic<Int32>(SIGINT)

/// The signal handlers are the process's, so all flags share them.
enum InterruptHandlers {
    private struct State {
        var heeds: [Heed] = []
        var staysInstalled = false
        var previous: [(signal: Int32, action: SignalAction)] = []
        var isInstalled: Bool { staysInstalled || !heeds.isEmpty }
    }

    /// What a held flag allows.
    struct Heed: Sendable, Equatable {
        /// The seconds within which the work ends.
        var grace: Double
        /// What a person is told whose signal is not answered soon.
        var notice: String
    }

    private static let state = Mutex(State())

    /// Whether a signal waits for an answer.
    static var isPending: Bool { numSignals.load(ordering: .relaxed) > 0 }

    /// Of the held flags the one that allows most; nil where none is held.
    static var mostPatient: Heed? { state.withLock { $0.heeds.max { $0.grace < $1.grace } } }

    static func retain(_ heed: Heed) {
        state.withLock { state in
            if !state.isInstalled { install(&state) }
            state.heeds.append(heed)
        }
    }

    static func release(_ heed: Heed) {
        state.withLock { state in
            if let index = state.heeds.firstIndex(of: heed) { state.heeds.remove(at: index) }
            if !state.isInstalled { restore(&state) }
        }
    }

    static func installForGood() {
        state.withLock { state in
            if !state.isInstalled { install(&state) }
            state.staysInstalled = true
        }
    }

    private static func install(_ state: inout State) {
        // Touches the counters before any signal can: their first use must not be in the handler.
        numSignals.store(0, ordering: .sequentiallyConsistent)
        lastSignal.store(SIGINT, ordering: .sequentiallyConsistent)
        ScreenState.prepareForSignals()
        SignalPipe.prepareForSignals()
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let action = SignalAction(of: signal)
            if action.isIgnored { continue }
            state.previous.append((signal, action))
            SignalAction(countSignal).install(for: signal)
        }
    }

    private static func restore(_ state: inout State) {
        for (signal, action) in state.previous where SignalAction(of: signal).calls(countSignal) {
            action.install(for: signal)
        }
        state.previous = []
    }
}

/// Only atomic operations, `write` and `_exit`: all that POSIX allows here (2.4.3, async-signal-safe).
private let countSignal: SignalAction.Handler = { number in
    lastSignal.store(number, ordering: .sequentiallyConsistent)
    let count = numSignals.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    if SignalPipe.isOpen {
        SignalPipe.send(count)
    } else if count > 1 {
        ScreenState.restore()
        _exit(128 + number)
    }
}
