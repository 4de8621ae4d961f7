import Kernels
import OrreryGeneration
import Synchronization

/// One model for many requests at once: their texts are computed together, in passes that requests join and leave at
/// every step, and what begins alike is computed once.
///
/// A text depends on its request alone, to the bit: not on what else is computed, on what was computed before, or on the
/// number of threads.
///
/// ```swift
/// let engine = try Engine(model)
/// for try await event in engine.generate(EngineRequest(model.options(for: "Once"))) {
///     if case .token(_, let step, _) = event { print(step.text, terminator: "") }
/// }
/// ```
public actor Engine {
    /// The model.
    public nonisolated let model: TextModel
    /// The settings, with those filled in that depend on the model and the machine.
    public nonisolated let configuration: EngineConfiguration
    /// What computes.
    nonisolated let processor: Processor
    private nonisolated let executor: EngineExecutor
    private nonisolated let inbox = Mutex(Inbox())
    private nonisolated let measured: Mutex<EngineStatistics>
    private nonisolated let arrivals: PageArrivals
    private nonisolated let store: PageStore?
    private let work: EngineWork

    private struct Inbox {
        var tickets: [EngineTicket] = []
        /// The requests that have not begun.
        var waiting = 0
        var isStopped = false
    }

    /// An engine for a model.
    ///
    /// - Throws: `EngineError` that names a setting outside its range, and `FileError` where the cache's directory cannot
    ///   be used.
    public init(_ model: TextModel, _ configuration: EngineConfiguration = EngineConfiguration()) throws {
        try configuration.validate()
        let arrivals = PageArrivals()
        let work = try EngineWork(model, configuration, Processor.current, onLoad: arrivals.add)
        self.model = model
        self.configuration = work.configuration
        self.work = work
        processor = work.processor
        executor = EngineExecutor(label: "orrery.engine.\(model.name)")
        measured = Mutex(EngineStatistics())
        self.arrivals = arrivals
        store = work.store
        arrivals.connect(to: self)
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the engine has done so far, and what it holds.
    public nonisolated var statistics: EngineStatistics {
        let waiting = inbox.withLock { $0.waiting }
        return measured.withLock {
            var statistics = $0
            statistics.waiting = waiting
            if let store { (statistics.storedPages, statistics.storedBytes) = store.written }
            return statistics
        }
    }

    /// Continues a prompt; the result says what happens, token by token, and ends with what it took.
    ///
    /// A reader that stops reading ends the request within one pass. The stream throws `GenerationError` for options or
    /// a prompt that cannot be used, and `EngineError` where the engine cannot take the request.
    public nonisolated func generate(_ request: EngineRequest) -> AsyncThrowingStream<EngineEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: EngineEvent.self)
        let ticket = EngineTicket(request, continuation)
        let refusal = inbox.withLock { inbox -> EngineError? in
            if inbox.isStopped { return .stopped }
            if inbox.waiting >= configuration.maxQueue { return .queueFull(inbox.waiting) }
            inbox.tickets.append(ticket)
            inbox.waiting += 1
            return nil
        }
        if let refusal {
            continuation.finish(throwing: refusal)
        } else {
            Task { await self.drive() }
        }
        return stream
    }

    /// Takes no further requests.
    public nonisolated func stop() { inbox.withLock { $0.isStopped = true } }

    /// Returns when everything is in files that is to outlive this process (`cacheDirectory`).
    public nonisolated func flush() async { store?.flush() }

    /// Forgets what is kept in memory for prompts that begin alike.
    public func clearCache() { work.clearCache() }

    /// Passes until nothing is left to do.
    func drive() {
        Processor.$current.withValue(work.processor) {
            while true {
                let tickets = inbox.withLock { inbox in
                    defer { inbox.tickets = [] }
                    return inbox.tickets
                }
                for (load, pages) in arrivals.take() { work.receive(load, pages) }
                for ticket in tickets { work.receive(ticket) }
                let hasWork = work.step()
                let waiting = work.waitingRequests
                inbox.withLock { $0.waiting = waiting + $0.tickets.count }
                measured.withLock { $0 = work.statistics }
                work.closeEnded()
                if !hasWork { return Storage.releaseCache() }
            }
        }
    }
}
