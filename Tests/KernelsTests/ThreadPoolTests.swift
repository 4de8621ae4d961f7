import Foundation
import Kernels
import Synchronization
import Testing

@Suite(.serialized) struct ThreadPoolTests {
    /// How often each index was called.
    private final class Counts: Sendable {
        private let counts: Guarded<[Int]>
        init(_ n: Int) { counts = Guarded(Array(repeating: 0, count: n)) }
        func add(_ i: Int) { counts.withLock { $0[i] += 1 } }
        var all: [Int] { counts.withLock { $0 } }
    }

    @Test(arguments: [1, 2, 3, 8]) func everyIndexOnce(threads: Int) {
        let pool = ThreadPool(threads: threads)
        for n in [0, 1, 2, 3, 7, 100, 1001] {
            let counts = Counts(n)
            pool.run(n) { counts.add($0) }
            #expect(counts.all == Array(repeating: 1, count: n))
        }
    }

    @Test func fewerThreadsThanOneIsOne() { #expect(ThreadPool(threads: -3).threads == 1) }

    @Test func aRunInsideARun() {
        let pool = ThreadPool(threads: 3), counts = Counts(20 * 30)
        pool.run(20) { outer in pool.run(30) { counts.add(outer * 30 + $0) } }
        #expect(counts.all.allSatisfy { $0 == 1 })
    }

    @Test func manyCallersAtOnce() {
        let pool = ThreadPool(threads: 3), counts = Counts(8 * 50 * 17), finished = DispatchGroup()
        for caller in 0 ..< 8 {
            finished.enter()
            Thread {
                for job in 0 ..< 50 { pool.run(17) { counts.add((caller * 50 + job) * 17 + $0) } }
                finished.leave()
            }.start()
        }
        #expect(finished.wait(timeout: .now() + 60) == .success)
        #expect(counts.all.allSatisfy { $0 == 1 })
    }

    @Test(arguments: [2, 4]) func manyTinyJobs(threads: Int) {
        let pool = ThreadPool(threads: threads), sum = Atomic<Int>(0)
        for _ in 0 ..< 100_000 { pool.run(3) { sum.wrappingAdd($0 + 1, ordering: .relaxed) } }
        #expect(sum.load(ordering: .relaxed) == 600_000)
    }

    /// Pauses let the workers park, so that each job has to wake them. The body needs two threads at once to end.
    @Test func parkedWorkersWake() {
        let pool = ThreadPool(threads: 2)
        for round in 0 ..< 20 {
            usleep(round % 2 == 0 ? 30_000 : 500)
            let arrived = Atomic<Int>(0)
            let limit = ContinuousClock.now + .seconds(20)
            pool.run(2) { _ in
                arrived.wrappingAdd(1, ordering: .relaxed)
                while arrived.load(ordering: .relaxed) < 2, ContinuousClock.now < limit { sched_yield() }
            }
            #expect(arrived.load(ordering: .relaxed) == 2)
            #expect(ContinuousClock.now < limit, "the worker slept through round \(round)")
        }
    }

    /// What a body wrote is seen by the caller and by the next job, without any ordering of the body's own: each job
    /// reads what the last one wrote, on whatever thread, and writes elsewhere.
    @Test func resultsAreVisible() {
        let pool = ThreadPool(threads: 3), n = 64
        let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: 2 * n)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0)
        nonisolated(unsafe) let cells = memory
        for round in 1 ... 2000 {
            let (from, to) = ((round - 1) % 2 * n, round % 2 * n)
            pool.run(n) { cells[to + $0] = cells[from + (n - 1 - $0 + round) % n] + 1 }
            #expect((0 ..< n).allSatisfy { memory[to + $0] == round })
        }
    }

    #if os(Linux)
    private func threadCount() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
    }

    /// Pools that are dropped before, while and after their workers start leave no thread behind.
    @Test func poolsEnd() {
        let before = threadCount()
        for round in 0 ..< 300 {
            let pool = ThreadPool(threads: 4)
            if round % 3 == 1 { pool.run(8) { _ in } }
            if round % 30 == 2 { usleep(20_000) }  // workers parked
        }
        let limit = ContinuousClock.now + .seconds(20)
        while threadCount() > before + 8, ContinuousClock.now < limit { usleep(10_000) }
        // Other tests start a few meanwhile.
        #expect(threadCount() <= before + 8, "\(before) threads before, \(threadCount()) after")
    }
    #endif
}
