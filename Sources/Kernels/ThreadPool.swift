internal import CKernels
import Foundation
import Synchronization

/// A persistent pool: the caller and its workers claim the indices of a job from one counter.
///
/// Workers spin for a moment after a job, since a training step or a decoded token calls the pool hundreds of times,
/// and then park. A job never waits for a worker that has not joined it, so a short one costs no more than running it
/// alone. Which thread runs an index is left open: bodies write disjoint results, so that results never depend on the
/// count of threads.
package final class ThreadPool: Sendable {
    /// Threads that work on a job, the caller included.
    package let threads: Int

    // Workers hold the crew and never the pool: a worker that held the pool would keep it from ever being released, and
    // one that held it unowned could start after it was gone. They leave on their own once the pool has told the crew
    // to stop.
    private let crew = Crew()

    package init(threads: Int = ProcessInfo.processInfo.activeProcessorCount) {
        self.threads = max(1, threads)
        for _ in 1 ..< max(1, threads) {
            let worker = Thread { [crew] in crew.work() }
            worker.stackSize = 1 << 20
            worker.start()
        }
    }

    deinit { crew.stop() }

    /// Calls `body` once for each index below `count`, on any of the pool's threads, and returns when all are done.
    ///
    /// From inside a body, or while another thread uses the pool, the indices run on the caller. Inside of
    /// `WorkCancellation.run` those are left out that come after it was stopped.
    package func run(_ count: Int, _ body: (Int) -> Void) {
        guard count > 0 else { return }
        guard let cancellation = WorkCancellation.current else { return runAll(count, body) }
        guard !cancellation.skips() else { return }
        runAll(count) { if !cancellation.skips() { body($0) } }
    }

    private func runAll(_ count: Int, _ body: (Int) -> Void) {
        if count == 1 || threads == 1 || !crew.take() {
            for index in 0 ..< count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { crew.run(count, $0) }
        crew.giveBack()
    }
}

/// What the caller and the workers share.
private final class Crew: Sendable {
    // One word holds the job's state, so that joining and closing are single atomic steps:
    // bit 31 open, bits 0 ..< 31 workers inside, the upper half counts jobs so that a stale word never matches.
    private let state = Atomic<UInt64>(0)
    private let next = Atomic<Int>(0)
    private let busy = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let parked = Atomic<Int>(0)
    private let gate = Gate()
    private let job = Job()

    private static let open: UInt64 = 1 << 31
    private static let spins = 20_000

    // Written by the owner of `busy` while no worker is inside, read by workers that joined: the atomic state orders
    // both.
    private final class Job: @unchecked Sendable {
        var body: (Int) -> Void = { _ in }
        var count = 0
    }

    /// Whether the caller may now run a job.
    func take() -> Bool { busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged }
    func giveBack() { busy.store(false, ordering: .releasing) }

    func run(_ count: Int, _ body: @escaping (Int) -> Void) {
        job.body = body
        job.count = count
        next.store(0, ordering: .relaxed)
        let number = (state.load(ordering: .relaxed) >> 32) &+ 1
        // Either this thread sees a worker that parks, or that worker sees the new state before it sleeps: both sides
        // store first and then load, all in one sequentially consistent order.
        state.store(number << 32 | Self.open, ordering: .sequentiallyConsistent)
        if parked.load(ordering: .sequentiallyConsistent) > 0 { gate.wake() }
        claim(body, count)
        // From here on nobody joins: a worker's compare-and-exchange expects the open bit.
        state.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
        var turns = 0
        while state.load(ordering: .acquiring) & (Self.open - 1) != 0 {
            orrery_pause()
            turns += 1
            if turns > Self.spins { sched_yield() }
        }
        job.body = { _ in }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        gate.wake()  // takes the lock, so a worker either has seen `stopping` under it or already waits and is woken
    }

    func work() {
        var finished: UInt64 = 0
        var idle = 0
        while !stopping.load(ordering: .acquiring) {
            let seen = state.load(ordering: .acquiring)
            guard seen & Self.open != 0, seen >> 32 != finished else {
                idle += 1
                if idle < Self.spins {
                    orrery_pause()
                } else {
                    parked.wrappingAdd(1, ordering: .sequentiallyConsistent)
                    gate.wait {
                        state.load(ordering: .sequentiallyConsistent) == seen && !stopping.load(ordering: .acquiring)
                    }
                    parked.wrappingSubtract(1, ordering: .relaxed)
                    idle = 0
                }
                continue
            }
            guard state.compareExchange(expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing).exchanged
            else { continue }
            takePart()
            state.wrappingSubtract(1, ordering: .releasing)
            finished = seen >> 32
            idle = 0
        }
    }

    // A function of its own, so that its reference to the body is gone before the worker leaves the job: the caller's
    // `withoutActuallyEscaping` traps on a reference that outlives it.
    @inline(never) private func takePart() { claim(job.body, job.count) }

    private func claim(_ body: (Int) -> Void, _ count: Int) {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= count { return }
            body(index)
        }
    }
}

/// Where workers sleep.
private final class Gate: @unchecked Sendable {  // every access to the condition is under its own lock
    private let condition = NSCondition()

    func wait(while blocked: () -> Bool) {
        condition.lock()
        while blocked() { condition.wait() }
        condition.unlock()
    }

    func wake() {
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }
}
