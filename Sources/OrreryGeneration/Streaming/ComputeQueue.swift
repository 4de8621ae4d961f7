import Dispatch
import Kernels

/// A thread of its own for steps of computation, so that products of matrices never occupy the threads that Swift's
/// concurrency shares among all tasks. Those who share a queue take turns, step by step.
package final class ComputeQueue: Sendable {
    private let queue: DispatchQueue

    package init(label: String) { queue = DispatchQueue(label: label) }

    /// Computes `body` with a processor, and returns what it gives.
    package func run<R: Sendable>(on processor: Processor, _ body: @escaping @Sendable () throws -> R) async throws -> R
    {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try Processor.$current.withValue(processor, operation: body) })
            }
        }
    }
}
