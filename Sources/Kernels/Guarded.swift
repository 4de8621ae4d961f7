import Synchronization

#if ORRERY_PTHREAD_LOCKS
import Foundation

/// A value behind a lock of the C library. The thread sanitizer does not see the locking of `Mutex` on Linux, and would
/// report all that it guards; scripts/check/check_threads builds with this one.
package final class Guarded<Value>: @unchecked Sendable {
    private var value: Value
    private let lock = NSLock()

    package init(_ value: consuming sending Value) { self.value = value }

    package func withLock<R>(_ body: (inout sending Value) throws -> sending R) rethrows -> sending R {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
#else
/// A value behind a lock.
package typealias Guarded = Mutex
#endif
