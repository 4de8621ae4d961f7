internal import CKernels
import Foundation
import Synchronization

extension Processor {
    /// 10⁹ operations a second of dot products of bytes in registers on all threads: the limit of a product with weights in blocks.
    package func measuredBytePeak(seconds: Double) -> Double {
        let iterations = max(1000, Int(seconds * 4e7))
        var best = 0.0
        for _ in 0 ..< 2 {
            let start = DispatchTime.now().uptimeNanoseconds
            let done = Mutex(0.0)
            pool.run(threads) { _ in
                let operations = withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { kernels.block_peak(iterations, $0.baseAddress!) }
                done.withLock { $0 += operations }
            }
            best = max(best, done.withLock { $0 } / Double(DispatchTime.now().uptimeNanoseconds - start))
        }
        return best
    }

    /// 10⁹ bytes a second that all threads read together, the best of several ways to share memory out: what decoding can at most reach.
    ///
    /// - Parameter byteCount: far more than the caches hold.
    package func measuredReadBandwidth(seconds: Double, byteCount: Int = 256 << 20) -> Double {
        let storage = Storage(byteCount: byteCount, zeroed: true)
        defer { withExtendedLifetime(storage) {} }
        let base = UnsafePointer(storage.pointer.assumingMemoryBound(to: UInt8.self))
        var best = 0.0
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        repeat {
            for piece in [byteCount / threads, 1 << 20, 128 << 10] {
                let size = piece / 256 * 256, start = DispatchTime.now().uptimeNanoseconds
                let seen = Mutex<UInt32>(0)
                pool.run(byteCount / size) { task in
                    let value = kernels.read_bytes(base + task * size, size)
                    seen.withLock { $0 ^= value }
                }
                best = max(best, Double(byteCount / size * size) / Double(DispatchTime.now().uptimeNanoseconds - start))
            }
        } while DispatchTime.now().uptimeNanoseconds < end
        return best
    }
}
