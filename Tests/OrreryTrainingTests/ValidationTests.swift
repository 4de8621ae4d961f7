import OrreryTraining
import Testing

/// What a validation looks at.
@Suite struct ValidationTests {
    /// A tenth of the training between two validations; more where that would be fewer than 8,192 tokens, up to as many
    /// as were learnt from.
    @Test func sampledWindows() {
        var plan = Example.tiny
        (plan.context, plan.batch, plan.microBatch, plan.steps, plan.validateEvery) = (64, 16, 16, 1000, 0)
        #expect(plan.sampledWindows(of: 100_000) == 4800)
        plan.validateEvery = 100
        #expect(plan.sampledWindows(of: 100_000) == 480)
        plan.validateEvery = 10
        #expect(plan.sampledWindows(of: 100_000) == 128)
        plan.validateEvery = 1
        #expect(plan.sampledWindows(of: 100_000) == 16)
        #expect(plan.sampledWindows(of: 10) == 10)
    }

    /// The sample is decided when the run begins and is part of the plan; the whole split is the mean of all.
    @Test func decidedOnce() throws {
        var plan = Example.tiny
        (plan.validationFraction, plan.steps) = (0.5, 1000)
        let trainer = try Example.trainer(plan)
        #expect(trainer.validationWindows.all == 374 && trainer.plan.validationWindows == 374)
        plan.validationWindows = 10
        let some = try Example.trainer(plan)
        #expect(some.validationWindows.looked == 10)
        plan.validation = .whole
        let whole = try Example.trainer(plan)
        #expect(whole.validationWindows.looked == 374)
        #expect(whole.validate() == trainer.validate())
        #expect(whole.validate() != some.validate())
    }
}
