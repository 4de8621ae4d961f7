import Foundation

extension Processor {
    /// 10⁹ bytes a second at which all threads together read memory that no cache holds: the limit of a decoding step, which reads every weight once.
    ///
    /// How fast memory is depends on who reads which part of it: the best of three ways to share the work out is the figure.
    /// - Parameters:
    ///   - byteCount: of the memory read; several times the last cache.
    ///   - seconds: to spend, at least.
    package func measuredReadBandwidth(byteCount: Int = 256 << 20, seconds: Double) -> Double {
        let memory = Storage(byteCount: byteCount, zeroed: true)
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        var best = 0.0
        repeat {
            for piece in [byteCount / threads / 64 * 64, 2 << 20, 64 << 10] {
                let pieces = byteCount / piece
                let start = DispatchTime.now().uptimeNanoseconds
                pool.run(pieces) { sink(Self.read(memory.pointer + $0 * piece, piece)) }
                best = max(best, Double(pieces * piece) / Double(DispatchTime.now().uptimeNanoseconds - start))
            }
        } while DispatchTime.now().uptimeNanoseconds < end
        return best
    }

    /// Eight independent chains, so that as many lines as the core can ask for are on their way.
    private static func read(_ bytes: UnsafeMutableRawPointer, _ count: Int) -> UInt64 {
        typealias Line = SIMD8<UInt64>
        var sums = (Line(), Line(), Line(), Line(), Line(), Line(), Line(), Line())
        let lines = bytes.assumingMemoryBound(to: Line.self)
        var i = 0
        while i + 8 <= count / 64 {
            sums.0 |= lines[i]
            sums.1 |= lines[i + 1]
            sums.2 |= lines[i + 2]
            sums.3 |= lines[i + 3]
            sums.4 |= lines[i + 4]
            sums.5 |= lines[i + 5]
            sums.6 |= lines[i + 6]
            sums.7 |= lines[i + 7]
            i += 8
        }
        let all = sums.0 | sums.1 | sums.2 | sums.3 | sums.4 | sums.5 | sums.6 | sums.7
        return all.wrappedSum()
    }

    /// Keeps the reads: the memory is zero, which the compiler can't know.
    private func sink(_ value: UInt64) { if value != 0 { print(value) } }
}
