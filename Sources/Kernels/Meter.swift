import Foundation

/// The parts of a step whose time is told apart. The arithmetic of the first two is limited by multiply-adds, the rest
/// by moving bytes.
package enum Phase: String, CaseIterable, Sendable {
    case products, attention, norms, activations, elementwise, rotary, embedding, loss, optimizer
}

/// Sums the time, operations and bytes of what a processor computes, phase by phase.
package final class Meter: @unchecked Sendable {  // only the one thread that gives a processor its work touches it
    package struct Sum: Sendable {
        package var seconds = 0.0
        package var operations = 0.0
        /// Read and written, every operand once.
        package var bytes = 0.0
    }

    package private(set) var sums: [Phase: Sum] = [:]
    private var isInside = false

    package init() {}

    package func reset() { sums = [:] }

    /// What `body` computes in its turn, perhaps on other threads, belongs to this phase.
    func time(_ phase: Phase, operations: Double, bytes: Int, _ body: () -> Void) {
        guard !isInside else { return body() }
        isInside = true
        defer { isInside = false }
        let start = DispatchTime.now().uptimeNanoseconds
        body()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        var sum = sums[phase] ?? Sum()
        sum.seconds += seconds
        sum.operations += operations
        sum.bytes += Double(bytes)
        sums[phase] = sum
    }
}

extension Processor {
    /// Calls `body` for each index on all threads, as a part of `phase`.
    func run(_ phase: Phase, _ count: Int, operations: Double = 0, bytes: Int, _ body: (Int) -> Void) {
        guard let meter else { return pool.run(count, body) }
        meter.time(phase, operations: operations, bytes: bytes) { pool.run(count, body) }
    }

    /// Splits `count` items into runs of `grain` and calls `body` with each run. The runs do not depend on the threads.
    package func forRuns(_ phase: Phase, _ count: Int, grain: Int, bytes: Int, _ body: (Range<Int>) -> Void) {
        run(phase, (count + grain - 1) / grain, bytes: bytes) { run in
            body(run * grain ..< min(count, (run + 1) * grain))
        }
    }

    /// 10⁹ bytes a second, read and written, of adding vectors of `count` float32: the limit of what passes over
    /// activations of that size.
    package func measuredBandwidth(count: Int, seconds: Double) -> Double {
        let memory = Storage(byteCount: 3 * count * 4, zeroed: true)
        func vector(_ i: Int) -> Vector { Vector(memory.pointer + i * count * 4, .float32, count: count) }
        var best = 0.0
        let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
        repeat {
            let start = DispatchTime.now().uptimeNanoseconds
            for _ in 0 ..< 4 { add(vector(0), vector(1), into: vector(2)) }
            best = max(best, 4 * Double(3 * count * 4) / Double(DispatchTime.now().uptimeNanoseconds - start))
        } while DispatchTime.now().uptimeNanoseconds < end
        return best
    }
}
