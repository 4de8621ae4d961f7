import OrreryTraining
import Testing

/// `--resume DIR --steps N` and `--time T`: another end for a run.
@Suite struct ExtensionTests {
    private func run(_ plan: TrainingPlan, _ scratch: Scratch, _ name: String) throws -> TrainingRun {
        let run = TrainingRun(try Trainer(plan, try TrainingData(plan)), directory: scratch(name))
        _ = try run.run()
        return run
    }

    private func resumed(_ scratch: Scratch, _ name: String) throws -> TrainingRun {
        let plan = try Trainer.planOfRun(in: scratch(name))
        let run = TrainingRun(
            try Trainer(plan, try TrainingData(plan, resuming: scratch(name))), directory: scratch(name))
        try run.resume()
        return run
    }

    private func plan(_ scratch: Scratch, steps: Int) throws -> TrainingPlan {
        var plan = Example.tiny
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.steps, plan.schedule) = (steps, .constant)
        return plan
    }

    /// With a constant rate the longer run is the one that was planned longer, to the bit.
    @Test func isTheLongerRun() throws {
        let scratch = try Scratch(), long = try run(plan(scratch, steps: 9), scratch, "long")
        _ = try run(plan(scratch, steps: 6), scratch, "short")
        let extended = try resumed(scratch, "short")
        let rates = try extended.extend(toSteps: 9)
        #expect(rates.before == 1 && rates.after == 1)
        _ = try extended.run()
        #expect(extended.trainer.step == 9)
        #expect(bits(extended.trainer.weights) == bits(long.trainer.weights))
        #expect(try Trainer.planOfRun(in: scratch("short")).steps == 9)
        #expect(TrainingRun.isFinished(in: scratch("short")))
    }

    /// A rate that had fallen rises to that of the longer plan, and the average begins anew.
    @Test func rateOfTheLongerPlan() throws {
        let scratch = try Scratch()
        var plan = try plan(scratch, steps: 6)
        (plan.schedule, plan.decayFraction, plan.averageFraction) = (.trapezoid, 0.5, 0.5)
        _ = try run(plan, scratch, "short")
        let extended = try resumed(scratch, "short")
        let rates = try extended.extend(toSteps: 20)
        #expect(rates.before < 0.5 && rates.after == 1)
        _ = try extended.run { extended.trainer.step == 8 }
        #expect(extended.trainer.step == 8)
        let again = try resumed(scratch, "short")
        #expect(again.trainer.plan.steps == 20)
        _ = try again.run()
        #expect(again.trainer.step == 20)
    }

    @Test func refused() throws {
        let scratch = try Scratch()
        _ = try run(plan(scratch, steps: 6), scratch, "short")
        let run = try resumed(scratch, "short")
        #expect(
            line { try run.extend(toSteps: 6) } == "`steps`: expected more than the 6 that the run has done, found 6")
        #expect(
            line { try run.extend(toSeconds: 1) }.hasPrefix(
                "`time`: the time is that of the whole run, which has taken 0 seconds"))
    }

    @Test func byTime() throws {
        let scratch = try Scratch()
        _ = try run(plan(scratch, steps: 6), scratch, "short")
        let run = try resumed(scratch, "short")
        _ = try run.extend(toSeconds: 3)
        let summary = try run.run()
        #expect(summary.steps > 6)
        #expect(try Trainer.planOfRun(in: scratch("short")).time == 3)
    }

    /// The losses of all parts, for the chart.
    @Test func recordedLosses() throws {
        let scratch = try Scratch()
        _ = try run(plan(scratch, steps: 6), scratch, "short")
        let recorded = try #require(try resumed(scratch, "short").recordedLosses)
        #expect(recorded.losses.map(\.step) == [1, 2, 3, 4, 5, 6])
        #expect(recorded.validations.map(\.step) == [6])
    }
}
