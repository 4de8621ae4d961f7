import Foundation

/// Lets any number of forward passes read the weights of an arena, or one trainer change them. Who wants to change them
/// comes first: passes that begin later wait.
package final class WeightAccess: @unchecked Sendable {  // every property is under the condition's lock
    private let condition = NSCondition()
    private var readers = 0
    private var waitingWriters = 0
    private var isWriting = false

    package init() {}

    package func read<R>(_ body: () throws -> R) rethrows -> R {
        condition.lock()
        while isWriting || waitingWriters > 0 { condition.wait() }
        readers += 1
        condition.unlock()
        defer {
            condition.lock()
            readers -= 1
            if readers == 0 { condition.broadcast() }
            condition.unlock()
        }
        return try body()
    }

    package func write<R>(_ body: () throws -> R) rethrows -> R {
        condition.lock()
        waitingWriters += 1
        while isWriting || readers > 0 { condition.wait() }
        waitingWriters -= 1
        isWriting = true
        condition.unlock()
        defer {
            condition.lock()
            isWriting = false
            condition.broadcast()
            condition.unlock()
        }
        return try body()
    }
}
