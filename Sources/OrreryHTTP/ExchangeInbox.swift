import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Where the session puts what has arrived, and the reader takes it.
final class ExchangeInbox: @unchecked Sendable {  // every access to `state` is under the condition's lock
    struct State {
        var head: HTTPURLResponse?
        var pieces: [Data] = []
        var waiting = 0
        var received = 0
        var isCancelled = false
        var end: End?

        mutating func take() -> Data? {
            guard !pieces.isEmpty else { return nil }
            let all = pieces.count == 1 ? pieces[0] : pieces.reduce(into: Data(capacity: waiting)) { $0.append($1) }
            (pieces, waiting) = ([], 0)
            return all
        }
    }

    struct End { let error: (any Error)? }
    enum Look<R> { case found(R), ended((any Error)?), waiting(received: Int) }

    private let condition = NSCondition()
    private var state = State()
    private let task: URLSessionDataTask

    init(_ task: URLSessionDataTask) { self.task = task }

    private func change(_ body: (inout State) -> Void) {
        condition.lock()
        body(&state)
        condition.broadcast()
        condition.unlock()
    }

    /// Answers what the session asks about the task, unless it has been cancelled: Foundation on Linux traps where a
    /// task is answered for after its end, so that answer and cancellation must not cross.
    ///
    /// - Parameter head: the head of the server's answer, where that is what has come.
    func answer(head: URLResponse? = nil, _ proceed: () -> Void) {
        change { state in
            guard !state.isCancelled else { return }
            proceed()
            if let head { state.head = head as? HTTPURLResponse }
        }
    }

    func receive(_ data: Data) {
        change { state in
            state.pieces.append(data)
            state.waiting += data.count
            state.received += data.count
        }
    }

    func end(_ error: (any Error)?) { change { $0.end = End(error: error) } }

    func cancel() {
        change { state in
            guard !state.isCancelled, state.end == nil else { return }
            state.isCancelled = true
            task.cancel()
        }
    }

    func look<R>(_ body: (inout State) -> R?, until date: Date) -> Look<R> {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let found = body(&state) { return .found(found) }
            if let end = state.end { return .ended(end.error) }
            if !condition.wait(until: date) { return .waiting(received: state.received) }
        }
    }
}
