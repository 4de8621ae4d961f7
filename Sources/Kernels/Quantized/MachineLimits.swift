internal import CKernels
import Foundation
import Synchronization

extension Processor {
    /// The most operations a second, in 10⁹, that products with weights in blocks can reach: those of dot products of
    /// bytes out of the first cache on all threads, and half of that where activations have two bytes.
    package func measuredBytePeak(seconds: Double) -> Double {
        let iterations = max(1000, Int(seconds * 4e7))
        var best = 0.0
        for _ in 0 ..< 2 {
            let start = DispatchTime.now().uptimeNanoseconds
            let done = Mutex(0.0)
            pool.run(threads) { _ in
                let operations = withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) {
                    kernels.block_peak(iterations, $0.baseAddress!)
                }
                done.withLock { $0 += operations }
            }
            best = max(best, done.withLock { $0 } / Double(DispatchTime.now().uptimeNanoseconds - start))
        }
        return best / Double(activations.bytes)
    }

    /// 10⁹ bytes a second that all threads read together: what decoding can at most reach.
    ///
    /// - Parameter byteCount: far more than the caches hold.
    package func measuredReadBandwidth(seconds: Double, byteCount: Int = 256 << 20) -> Double {
        var bandwidth = ReadBandwidth(byteCount: byteCount)
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        repeat { bandwidth.sample(on: self) } while DispatchTime.now().uptimeNanoseconds < end
        return bandwidth.rate
    }
}

/// The rate at which all threads read memory together, sampled bit by bit: on a shared machine it halves and doubles
/// within seconds, so that the limit of what takes longer is the mean of samples taken all along.
package struct ReadBandwidth {
    private let storage: Storage
    private let pieces: [Int]
    private var nanoseconds: [UInt64]
    private var samples = 0

    /// - Parameter byteCount: far more than the caches hold.
    package init(byteCount: Int = 256 << 20) {
        storage = Storage(byteCount: byteCount, zeroed: true)
        pieces = [1 << 20, 128 << 10, 0]  // bytes of a task; 0 is one task for each thread
        nanoseconds = pieces.map { _ in 0 }
    }

    /// Reads all of it once for each way to share it out.
    package mutating func sample(on processor: Processor) {
        let base = UnsafePointer(storage.pointer.assumingMemoryBound(to: UInt8.self)), all = storage.byteCount
        for (way, piece) in pieces.enumerated() {
            let size = (piece == 0 ? all / processor.threads : piece) / 256 * 256,
                start = DispatchTime.now().uptimeNanoseconds
            let seen = Mutex<UInt32>(0)
            processor.pool.run(all / size) { task in
                let value = processor.kernels.read_bytes(base + task * size, size)
                seen.withLock { $0 ^= value }
            }
            nanoseconds[way] += DispatchTime.now().uptimeNanoseconds - start
        }
        samples += 1
    }

    /// 10⁹ bytes a second of the best way, the mean of its samples.
    package var rate: Double { Double(storage.byteCount * samples) / Double(max(1, nanoseconds.min() ?? 1)) }
}
