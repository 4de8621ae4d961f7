import Foundation
import Synchronization

/// A download, as a sequence of how far it has come.
///
/// It runs while it is read, on a thread of its own; a reader that stops, or whose task is cancelled, ends it, and what
/// has arrived stays for the next time. The last element has the model.
///
/// ```swift
/// for try await progress in try Hub().pull("owner/name") { print(progress.fraction ?? 0) }
/// let model = try TextModel.open("owner/name")
/// ```
public struct Pull: AsyncSequence, Sendable {
    /// How far the download has come.
    public typealias Element = PullProgress

    let name: HubName
    let settings: HubSettings
    let warn: @Sendable (String) -> Void

    /// An iterator that begins the download.
    public func makeAsyncIterator() -> AsyncThrowingStream<PullProgress, any Error>.Iterator {
        let isCancelled = CancelFlag()
        // A slow reader misses figures, never the last ones.
        let stream = AsyncThrowingStream<PullProgress, any Error>(bufferingPolicy: .bufferingNewest(1)) {
            continuation in
            continuation.onTermination = { _ in isCancelled.raise() }
            let thread = Thread {
                do {
                    _ = try PullJob(name, settings).run(isCancelled: { isCancelled.isRaised }, warn: warn) {
                        continuation.yield($0)
                    }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            thread.name = "pull"
            thread.start()
        }
        return stream.makeAsyncIterator()
    }

    /// Downloads the model to its end.
    ///
    /// - Throws: `HubError`, `FileError` if the disk is full or may not be written, `CancellationError`.
    public func finish() async throws -> PulledModel {
        var model: PulledModel?
        for try await progress in self { model = progress.model }
        // A sequence that ends without a model has been cancelled.
        guard let model else { throw CancellationError() }
        return model
    }
}

private final class CancelFlag: Sendable {
    private let value = Atomic(false)
    var isRaised: Bool { value.load(ordering: .relaxed) }
    func raise() { value.store(true, ordering: .relaxed) }
}
