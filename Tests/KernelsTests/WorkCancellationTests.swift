import Kernels
import Synchronization
import Testing

/// Jobs that are given up before their end.
@Suite(.serialized) struct WorkCancellationTests {
    @Test(arguments: [1, 3]) func skipsWhatIsLeft(threads: Int) {
        let pool = ThreadPool(threads: threads), done = Atomic<Int>(0)
        var asked = 0
        let result = WorkCancellation.run(shouldStop: {
            asked += 1
            return asked > 5
        }) {
            for _ in 0 ..< 10 { pool.run(1000) { _ in done.wrappingAdd(1, ordering: .relaxed) } }
            return "done"
        }
        #expect(result == nil)
        #expect(done.load(ordering: .relaxed) < 10_000)
        // The pool is as it was.
        pool.run(100) { _ in done.wrappingAdd(1, ordering: .relaxed) }
        #expect(WorkCancellation.run(shouldStop: { false }) { 7 } == 7)
    }

    @Test func doesNothingWhereItIsStoppedBefore() {
        var ran = false
        #expect(WorkCancellation.run(shouldStop: { true }) { ran = true } == nil)
        #expect(!ran)
    }
}
