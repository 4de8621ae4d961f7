import Foundation
import Synchronization

/// Runs what recurses on a thread of its own, whose stack holds everything that `TemplateLimits` allow (measured: under
/// 2 MB), whatever the caller's thread has: 512 KB on some.
enum DeepStack {
    private static let byteCount = 8 << 20

    static func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
        let outcome = Outcome<R>(), done = DispatchSemaphore(value: 0)
        let thread = Thread {
            outcome.set(Result { try body() })
            done.signal()
        }
        thread.stackSize = byteCount
        thread.start()
        done.wait()
        return try outcome.get()
    }

    private final class Outcome<R: Sendable>: Sendable {
        private let result = Mutex<Result<R, any Error>?>(nil)

        func set(_ value: Result<R, any Error>) { result.withLock { $0 = value } }

        func get() throws -> R {
            guard let value = result.withLock({ $0 }) else {
                preconditionFailure("DeepStack: the thread ended without a result")
            }
            return try value.get()
        }
    }
}
