import Dispatch

/// A thread for an engine's passes, so that products of matrices never occupy the threads that Swift's concurrency
/// shares among all tasks.
final class EngineExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label, qos: .userInitiated) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
