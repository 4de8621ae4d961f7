import Foundation
import OrreryTraining
import Testing

/// Factors of the learning rate against values worked out by hand.
@Suite struct ScheduleTests {
    private func factors(
        _ kind: Schedule.Kind, steps: Int = 10, warmup: Int = 0, at: [Int],
        change: (inout TrainingPlan) -> Void = { _ in }
    ) -> [Double] {
        var plan = Example.tiny
        (plan.schedule, plan.steps, plan.warmupSteps) = (kind, steps, warmup)
        change(&plan)
        let schedule = Schedule(plan)
        return at.map { (schedule.factor($0) * 1e12).rounded() / 1e12 }
    }

    @Test func constant() {
        #expect(factors(.constant, warmup: 4, at: [0, 1, 2, 3, 4, 5, 9]) == [0.2, 0.4, 0.6, 0.8, 1, 1, 1])
    }

    /// From 1 down to a tenth: 0.1 + 0.9 (1 + cos πp) / 2 at p = 0, 1/4, 1/2, 3/4, 1.
    @Test func cosine() {
        let quarter = 0.5.squareRoot()
        let expected = [1, 0.1 + 0.45 * (1 + quarter), 0.55, 0.1 + 0.45 * (1 - quarter), 0.1].map {
            ($0 * 1e12).rounded() / 1e12
        }
        #expect(factors(.cosine, steps: 8, at: [0, 2, 4, 6, 8]) == expected)
        #expect(factors(.cosine, steps: 12, warmup: 4, at: [4, 6, 8, 10, 12]) == expected)
        #expect(factors(.cosine, steps: 12, warmup: 4, at: [0, 3]) == [0.2, 0.8])
        #expect(factors(.cosine, steps: 8, at: [4]) { $0.finalLearningRate = 0 } == [0.5])
    }

    /// Level, then straight down over the last 40 %: the step after the last would be at zero.
    @Test func trapezoid() {
        #expect(
            factors(.trapezoid, at: [0, 5, 6, 7, 8, 9, 10]) { $0.decayFraction = 0.4 } == [1, 1, 1, 0.75, 0.5, 0.25, 0])
        #expect(
            factors(.trapezoid, warmup: 3, at: [0, 1, 2, 3, 8]) { $0.decayFraction = 0.4 } == [0.25, 0.5, 0.75, 1, 0.5])
        #expect(factors(.trapezoid, at: [0, 9]) { $0.decayFraction = 0 } == [1, 1])
        #expect(factors(.trapezoid, at: [0, 5]) { $0.decayFraction = 1 } == [1, 0.5])
    }

    @Test func dropoutRises() {
        var plan = Example.tiny
        (plan.steps, plan.dropout, plan.dropoutRise) = (10, 0.2, 0.5)
        #expect([0, 1, 4, 5, 9].map { plan.dropout(at: $0) } == [0, 0.2 * 0.2, 0.2 * 0.8, 0.2, 0.2])
        plan.dropoutRise = 0
        #expect(plan.dropout(at: 0) == 0.2)
    }

    /// A run that decided again at step 6, at half the rate, to end at step 10.
    @Test func trapezoidFromAnchor() {
        let found = factors(.trapezoid, at: [6, 7, 8, 9, 10]) { plan in
            plan.decayFraction = 0.8
            plan.replan(at: 6, secondsLeft: 4, secondsPerStep: 1)
        }
        #expect(found == [0.5, 0.375, 0.25, 0.125, 0])
    }
}
