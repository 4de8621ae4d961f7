import Foundation
import Synchronization

/// Memory for activations, cached by size: a training step asks for the same sizes again and again, and a fresh page
/// costs more than the arithmetic on it.
///
/// Blocks are aligned to 64 bytes, those from 2 MiB on to 2 MiB, so that huge pages can back them.
package final class Storage: @unchecked Sendable {
    // The bytes belong to whoever holds the tensor; the cache is behind a lock.
    package let pointer: UnsafeMutableRawPointer
    package let byteCount: Int
    private let capacity: Int

    /// - Parameter zeroed: fill with zeros; otherwise the content is arbitrary.
    package init(byteCount: Int, zeroed: Bool = false) {
        self.byteCount = byteCount
        let capacity = Self.sizeClass(byteCount)
        self.capacity = capacity
        pointer = Self.cache.withLock { $0.take(capacity) } ?? Self.allocate(capacity)
        if zeroed { memset(pointer, 0, byteCount) }
    }

    deinit { Self.cache.withLock { $0.give(pointer, capacity) } }

    private static let cache = Guarded(Cache())

    private struct Cache: @unchecked Sendable {
        var free: [Int: [UnsafeMutableRawPointer]] = [:]
        mutating func take(_ capacity: Int) -> UnsafeMutableRawPointer? { free[capacity]?.popLast() }
        mutating func give(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
            free[capacity, default: []].append(pointer)
        }
    }

    /// Returns all cached blocks to the system.
    package static func releaseCache() {
        cache.withLock { cache in
            for blocks in cache.free.values { for block in blocks { Foundation.free(block) } }
            cache.free = [:]
        }
    }

    /// Eighths of a power of two: at most an eighth of a block is unused.
    private static func sizeClass(_ bytes: Int) -> Int {
        let least = max(bytes, 64)
        let step = max(64, 1 << (Int.bitWidth - 1 - least.leadingZeroBitCount - 3))
        return (least + step - 1) / step * step
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        var result: UnsafeMutableRawPointer?
        let alignment = capacity >= 2 << 20 ? 2 << 20 : 64
        guard posix_memalign(&result, alignment, capacity) == 0, let result else {
            fatalError("out of memory: \(capacity) bytes for an activation")
        }
        #if os(Linux)
        if capacity >= 2 << 20 { madvise(result, capacity, 14 /* MADV_HUGEPAGE */) }
        #endif
        return result
    }
}
