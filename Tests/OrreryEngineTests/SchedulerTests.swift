import OrreryEngine
import OrreryRandom
import Testing

@Suite struct SchedulerTests {
    private func limits(sequences: Int = 8, rows: Int = 100, beside: Int = 40, pages: Int = 1000) -> ScheduleLimits {
        ScheduleLimits(
            sequences: sequences, promptRows: rows, promptRowsBesideDecoding: beside, pageSize: 10, pages: pages)
    }

    private func waiting(_ id: Int, known: Int, priority: Int = 0, tenant: String = "") -> ScheduledSequence {
        var sequence = ScheduledSequence(id: id, arrival: id, known: known)
        sequence.priority = priority
        sequence.tenant = tenant
        return sequence
    }

    private func running(_ id: Int, computed: Int, known: Int, priority: Int = 0) -> ScheduledSequence {
        var sequence = waiting(id, known: known, priority: priority)
        sequence.isRunning = true
        sequence.computed = computed
        return sequence
    }

    private func next(
        _ sequences: [ScheduledSequence], _ limits: ScheduleLimits, service: [String: Int] = [:]
    ) -> Schedule {
        Scheduler.next(sequences, service: service, limits)
    }

    @Test func runningStreamsNeverStall() {
        let plan = next([running(0, computed: 9, known: 10), waiting(1, known: 500)], limits())
        #expect(plan.runs == [.init(id: 0, rows: 1), .init(id: 1, rows: 40)])
        #expect(plan.admitted == [1] && plan.preempted.isEmpty)
    }

    @Test func guessesFillPassesOfFewRows() {
        var first = running(0, computed: 9, known: 10), second = running(1, computed: 14, known: 15)
        (first.drafted, second.drafted) = (5, 5)
        var limits = limits()
        limits.draftRows = 8
        #expect(next([first, second], limits).runs == [.init(id: 0, rows: 6), .init(id: 1, rows: 2)])
        limits.pages = 0
        #expect(
            next([first, second], limits).runs == [.init(id: 0, rows: 1), .init(id: 1, rows: 6)], "no page for more")
        limits.draftRows = 0
        #expect(next([first, second], limits).runs == [.init(id: 0, rows: 1), .init(id: 1, rows: 1)])
    }

    @Test func promptsComeInPieces() {
        #expect(next([running(3, computed: 100, known: 500)], limits()).runs == [.init(id: 3, rows: 100)])
        let plan = next([waiting(0, known: 70), waiting(1, known: 50)], limits())
        #expect(plan.runs == [.init(id: 0, rows: 70), .init(id: 1, rows: 30)])
    }

    @Test func priorityThenFairnessThenArrival() {
        let all = [
            waiting(0, known: 10, tenant: "a"), waiting(1, known: 10, tenant: "a"), waiting(2, known: 10, tenant: "b"),
            waiting(3, known: 10, priority: 1, tenant: "a"),
        ]
        #expect(next(all, limits(), service: ["a": 5, "b": 3]).admitted == [3, 2, 0, 1])
        #expect(next(all, limits(), service: ["a": 2, "b": 3]).admitted == [3, 0, 1, 2])
        #expect(next(all, limits(sequences: 2)).admitted == [3, 0])
    }

    @Test func choicesCountAsSequences() {
        var wide = waiting(0, known: 10)
        wide.choices = 5
        #expect(next([running(1, computed: 4, known: 5), wide], limits(sequences: 5)).admitted == [])
        #expect(next([wide], limits(sequences: 4)).admitted == [0], "alone it may be wider than the limit")
    }

    @Test func memoryBoundsWhoBegins() {
        // 25 positions and a token more take three pages.
        #expect(next([waiting(0, known: 25), waiting(1, known: 25)], limits(pages: 5)).admitted == [0])
        #expect(next([waiting(0, known: 25), waiting(1, known: 25)], limits(pages: 6)).admitted == [0, 1])
        // A prompt in progress keeps room for its rest.
        let plan = next([running(0, computed: 0, known: 150), waiting(1, known: 5)], limits(rows: 100, pages: 15))
        #expect(plan.admitted == [])
    }

    @Test func theLastOneGivesWay() {
        let all = [
            running(0, computed: 20, known: 21), running(1, computed: 30, known: 31),
            running(2, computed: 30, known: 31, priority: 1),
        ]
        let plan = next(all, limits(pages: 2))
        #expect(plan.preempted == [1])
        #expect(plan.runs.map(\.id) == [2, 0])
        #expect(next(all, limits(pages: 3)).preempted == [])
        #expect(next([running(0, computed: 20, known: 21)], limits(pages: 0)).preempted == [], "never the only one")
    }

    /// Whatever the load, everyone ends, the limits hold, and the same input gives the same plan.
    @Test func randomLoadsEnd() {
        var random = SplitMix64(seed: 11)
        for _ in 0 ..< 60 {
            let total = 20 + random.below(60)
            var all = (0 ..< 30).map {
                waiting($0, known: 1 + random.below(100), priority: random.below(2), tenant: "\(random.below(3))")
            }
            var left = Dictionary(uniqueKeysWithValues: all.map { ($0.id, 1 + random.below(40)) })
            var service: [String: Int] = [:], passes = 0
            func used() -> Int { all.filter(\.isRunning).reduce(0) { $0 + ($1.computed + 9) / 10 } }
            while !all.isEmpty {
                passes += 1
                #expect(passes < 20_000)
                let limits = limits(sequences: 6, pages: total - used())
                let plan = next(all.shuffled(using: &random), limits, service: service)
                #expect(plan == next(all, limits, service: service))
                for id in plan.preempted {
                    let index = all.firstIndex { $0.id == id }!
                    (all[index].isRunning, all[index].computed) = (false, 0)
                }
                for id in plan.admitted { all[all.firstIndex { $0.id == id }!].isRunning = true }
                #expect(all.count(where: \.isRunning) <= 6)
                #expect(!plan.runs.isEmpty)
                for run in plan.runs {
                    let index = all.firstIndex { $0.id == run.id }!
                    #expect(all[index].isRunning && run.rows >= 1 && run.rows <= all[index].pending)
                    all[index].computed += run.rows
                    service[all[index].tenant, default: 0] += run.rows
                    if all[index].pending == 0 {
                        all[index].known += 1
                        left[run.id]! -= 1
                    }
                }
                // One alone may have more than there is: the engine has refused it before.
                #expect(used() <= total || all.count(where: \.isRunning) == 1)
                all.removeAll { left[$0.id] == 0 }
            }
        }
    }
}
