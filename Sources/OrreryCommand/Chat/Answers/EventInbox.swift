import Foundation

/// What happens on other threads, in order, for one thread that waits for it.
final class EventInbox<Event: Sendable>: @unchecked Sendable {  // every access to `state` is under the condition's lock
    private struct State {
        var events: [Event] = []
        var next = 0
        var hasEnded = false
        var failure: (any Error)?
    }

    enum Look { case event(Event), nothing, ended }

    private let condition = NSCondition()
    private var state = State()

    func put(_ event: Event) { change { $0.events.append(event) } }

    func end(_ failure: (any Error)? = nil) {
        change { state in
            state.hasEnded = true
            state.failure = failure
        }
    }

    private func change(_ body: (inout State) -> Void) {
        condition.lock()
        body(&state)
        condition.broadcast()
        condition.unlock()
    }

    /// The next event, waiting at most so many seconds for it.
    ///
    /// - Throws: what ended the events, once all of them are taken.
    func take(within seconds: Double) throws -> Look {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            if state.next < state.events.count {
                defer { advance() }
                return .event(state.events[state.next])
            }
            if let failure = state.failure { throw failure }
            if state.hasEnded { return .ended }
            if !condition.wait(until: deadline) { return .nothing }
        }
    }

    private func advance() {
        state.next += 1
        guard state.next == state.events.count else { return }
        state.events.removeAll(keepingCapacity: true)
        state.next = 0
    }
}
