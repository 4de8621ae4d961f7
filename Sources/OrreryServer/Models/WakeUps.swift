import Synchronization

/// Tasks that wait until something has changed, or until their time is over.
final class WakeUps: Sendable {
    private let state = Mutex(State())

    private struct State {
        var next = 0
        var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    /// The tasks that wait.
    var count: Int { state.withLock(\.sleepers.count) }

    /// Waits for `wakeAll`, and no longer than until a deadline. It begins to wait before its actor does anything else, so
    /// that what the caller has just seen there cannot change unnoticed.
    func wait(until deadline: ContinuousClock.Instant, isolation: isolated (any Actor)? = #isolation) async {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        let alarm = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            self.wake(ticket)
        }
        await withCheckedContinuation { sleeper in state.withLock { $0.sleepers[ticket] = sleeper } }
        alarm.cancel()
    }

    /// Wakes everybody, who then look for themselves.
    func wakeAll() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [:] }
            return state.sleepers.values
        }
        for sleeper in sleepers { sleeper.resume() }
    }

    private func wake(_ ticket: Int) { state.withLock { $0.sleepers.removeValue(forKey: ticket) }?.resume() }
}
