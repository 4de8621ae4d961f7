import OrreryNN
import Synchronization

/// Pages that have been read from files, until their engine takes them between two passes.
final class PageArrivals: Sendable {
    private struct State {
        weak var engine: Engine?
        var arrived: [(load: PageLoad, pages: [KeyValuePages])] = []
    }

    private let state = Mutex(State())

    /// Whom to wake.
    func connect(to engine: Engine) { state.withLock { $0.engine = engine } }

    func add(_ load: PageLoad, _ pages: [KeyValuePages]) {
        let engine = state.withLock { state in
            state.arrived.append((load, pages))
            return state.engine
        }
        if let engine { Task { await engine.drive() } }
    }

    func take() -> [(load: PageLoad, pages: [KeyValuePages])] {
        state.withLock { state in
            defer { state.arrived = [] }
            return state.arrived
        }
    }
}
