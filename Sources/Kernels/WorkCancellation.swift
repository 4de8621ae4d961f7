import Foundation
import Synchronization

/// Work on thread pools that may be given up before its end: a training step of a large model takes a minute.
package final class WorkCancellation: @unchecked Sendable {
    // `shouldStop` is called by the thread that made it, and no other.
    @TaskLocal static var current: WorkCancellation?

    private let isStopped = Atomic<Bool>(false)
    private let shouldStop: () -> Bool
    private let owner = pthread_self()

    private init(_ shouldStop: @escaping () -> Bool) { self.shouldStop = shouldStop }

    /// Runs `body`, whose jobs on pools skip what is left of them once `shouldStop` says so: it then comes to its end
    /// soon, and what it has computed is of no use.
    ///
    /// - Parameter shouldStop: asked on the calling thread, many times in a job.
    /// - Returns: nil if it was stopped.
    package static func run<R>(shouldStop: () -> Bool, _ body: () throws -> R) rethrows -> R? {
        if shouldStop() { return nil }
        return try withoutActuallyEscaping(shouldStop) { shouldStop in
            let cancellation = WorkCancellation(shouldStop)
            let result = try $current.withValue(cancellation, operation: body)
            return cancellation.isStopped.load(ordering: .relaxed) ? nil : result
        }
    }

    /// Whether the rest of a job is skipped. On other threads one atomic load.
    func skips() -> Bool {
        if isStopped.load(ordering: .relaxed) { return true }
        guard pthread_equal(pthread_self(), owner) != 0, shouldStop() else { return false }
        isStopped.store(true, ordering: .relaxed)
        return true
    }
}
