import Kernels
import OrreryGeneration
import Synchronization

/// A request on its way through the engine: its stream of events and what it has taken.
final class EngineTicket: Sendable {
    let request: EngineRequest
    let arrival = ContinuousClock.now
    private let stream: AsyncThrowingStream<EngineEvent, any Error>.Continuation
    private let gone = Atomic<Bool>(false)

    init(_ request: EngineRequest, _ stream: AsyncThrowingStream<EngineEvent, any Error>.Continuation) {
        self.request = request
        self.stream = stream
        stream.onTermination = { [weak self] _ in self?.leave() }
    }

    /// Whether nobody reads the events any more.
    var isGone: Bool { gone.load(ordering: .relaxed) }

    func leave() { gone.store(true, ordering: .relaxed) }

    func send(_ event: EngineEvent) { stream.yield(event) }
    func finish(throwing error: (any Error)? = nil) { stream.finish(throwing: error) }
}
