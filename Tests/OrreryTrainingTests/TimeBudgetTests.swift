import OrreryTraining
import Testing

/// A run that is given a time keeps to it, whatever the machine does.
@Suite struct TimeBudgetTests {
    /// A clock that a test moves.
    private final class Clock {
        var now = 1000.0
    }

    /// Writes the learning rates down.
    private final class Rates: TrainingObserver {
        var rates: [Double] = []

        func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {
            rates.append(result.learningRate)
        }
        func validating(_ trainer: Trainer, share: Double) {}
        func validated(_ trainer: Trainer, loss: Double) {}
    }

    private func plan(seconds: Double, steps: Int) -> TrainingPlan {
        var plan = Example.tiny
        (plan.time, plan.steps, plan.decayFraction, plan.validationFraction) = (seconds, steps, 0.5, 0)
        return plan
    }

    /// Planned for steps of 0.1 s: faster, as planned, slower, and slower from the middle of the decay on.
    @Test(arguments: [0, 1, 2, 3]) func endsInTime(_ machine: Int) throws {
        let cost: (Int) -> Double = { step in [0.05, 0.1, 0.15, step < 120 ? 0.1 : 0.3][machine] }
        let plan = plan(seconds: 20, steps: 180), trainer = try Example.trainer(plan), clock = Clock()
        // time passes with the steps, and only so
        let read = { clock.now + (0 ..< trainer.step).reduce(0) { $0 + cost($1) } }
        let run = TrainingRun(trainer, directory: nil, clock: read)
        (run.budget, run.secondsAtEnd) = (TimeBudget(seconds: 20, started: 999, clock: read), 1)
        let seen = Rates()
        run.observer = seen
        let summary = try run.run()
        // a second of calibration before, a second of validation after, and a hundredth to spare
        let end = summary.seconds + 1
        #expect(end <= 20, "\(machine)")
        #expect(end >= 19.4, "\(machine): \(summary.steps) steps")
        #expect(summary.steps == trainer.plan.steps)
        // and the rate has come down, to nearly nothing where the pace held; time goes first
        #expect(seen.rates.last! < (machine < 3 ? 0.05 : 0.5) * seen.rates.max()!)
        #expect(
            zip(seen.rates.dropFirst(2), seen.rates.dropFirst(3)).allSatisfy { $0 >= $1 - 1e-12 }, "the rate rose again"
        )
    }

    @Test func replan() {
        var plan = plan(seconds: 20, steps: 100)
        #expect(plan.nextDecision(after: 0) == 50)
        plan.replan(at: 50, secondsLeft: 6, secondsPerStep: 0.1)
        #expect(plan.steps == 110)
        #expect(plan.decayFrom?.step == 50 && plan.decayFrom?.factor == 1)
        #expect(plan.nextDecision(after: 50) == 80)
        plan.replan(at: 80, secondsLeft: -3, secondsPerStep: 0.1)
        #expect(plan.steps == 81, "out of time: one step, to bring the rate down")
        #expect(plan.decayFrom?.factor == 0.5)
        #expect(plan.nextDecision(after: 80) == 81)
        // a clock that stood still
        plan.replan(at: 80, secondsLeft: 5, secondsPerStep: 0)
        #expect(plan.steps == 81)
    }

    /// What was spent before counts, in a run that goes on.
    @Test func resumes() throws {
        let scratch = try Scratch(), clock = Clock()
        let cost = 0.1
        var plan = plan(seconds: 20, steps: 190)
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        func trainer(resuming: Bool) throws -> Trainer {
            let plan = resuming ? try Trainer.planOfRun(in: scratch("model")) : plan
            return try Trainer(plan, TrainingData(plan, resuming: resuming ? scratch("model") : nil))
        }
        let first = try trainer(resuming: false)
        let run = TrainingRun(first, directory: scratch("model"), clock: { clock.now + Double(first.step) * cost })
        (run.budget, run.secondsAtEnd) = (
            TimeBudget(seconds: 20, started: clock.now - 2, clock: { clock.now + Double(first.step) * cost }), 1
        )
        let stopped = try run.run { first.step == 40 }
        #expect(stopped.interrupted && stopped.steps == 40)
        #expect(abs(stopped.seconds - 6) < 1e-9, "two seconds before the run, four in it")

        // an hour later
        clock.now += 3600
        let second = try trainer(resuming: true)
        let resumed = TrainingRun(
            second, directory: scratch("model"), clock: { clock.now + Double(second.step) * cost })
        try resumed.resume()
        #expect(resumed.secondsAtEnd == 1)
        let summary = try resumed.run()
        #expect(!summary.interrupted)
        #expect((18 ... 19).contains(summary.seconds), "\(summary.seconds)")
    }

    /// Where the whole split takes too long, windows that are spread over it stand for it.
    @Test func someWindowsOfTheSplit() throws {
        var plan = Example.tiny
        (plan.validationFraction, plan.validation) = (0.5, .whole)
        let whole = try #require(try Example.trainer(plan).validate())
        let all = try Example.data(plan).dataset.validation.windows(contextLength: plan.context).count
        (plan.validation, plan.validationWindows) = (.sample, all)
        #expect(try Example.trainer(plan).validate() == whole)
        plan.validationWindows = all / 2
        let half = try #require(try Example.trainer(plan).validate())
        #expect(half != whole && abs(half - whole) < 0.05)
    }
}
