import Foundation
import Kernels

/// A run that keeps to a time: `orrery train --time 20s`. Everything from the start of the clock counts, calibration
/// and validation too.
package struct TimeBudget {
    /// A hundred days.
    package static let longest = 8_640_000.0
    /// Seconds in all.
    package let seconds: Double
    private let clock: () -> Double
    private let started: Double

    /// - Parameter started: when the clock began, for `clock`.
    package init(
        seconds: Double, started: Double, clock: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }
    ) {
        (self.seconds, self.started, self.clock) = (seconds, started, clock)
    }

    package var elapsed: Double { clock() - started }

    /// What was measured before the run.
    package struct Calibration: Sendable {
        package var secondsPerStep: Double
        /// Of the last validation, with writing the model.
        package var secondsAtEnd: Double
    }

    /// A run of so many seconds may be at its best before its end, so it validates on the way.
    private static let longRun = 300.0
    private static let validationsOfLongRun = 10
    /// What validating once may take of the time.
    private static let validationShare = 0.05

    /// Chooses the model by the time and this machine's speed, measures it, and sets the number of steps.
    ///
    /// - Parameters:
    ///   - computeType: of the products.
    ///   - validates: whether a long run may choose when to validate.
    ///   - adjust: applies what the user fixed to the chosen plan.
    package func plan(
        _ data: TrainingData, computeType: TrainingPlan.ComputeType, choosesValidations: Bool = true,
        adjust: (TrainingPlan) throws -> TrainingPlan
    ) throws -> (TrainingPlan, Calibration) {
        let speed = Processor.current.measuredPeak(computeType.elementType, seconds: min(0.2, seconds / 200)) * 1e9
        var recipe = TimeRecipe.plan(operations: speed * seconds, trainingTokens: data.dataset.train.count)
        recipe.computeType = computeType
        var plan = try adjust(recipe)
        plan.time = seconds
        let measured = try calibrate(&plan, data)
        let onTheWay = choosesValidations && seconds >= Self.longRun ? Self.validationsOfLongRun - 1 : 0
        // the run is planned with a little left over, and decides again when the rate starts to fall
        plan.steps = wholeSteps(
            in: seconds * 0.98 - elapsed - measured.secondsAtEnd * Double(1 + onTheWay), each: measured.secondsPerStep)
        plan.warmupSteps = min(plan.warmupSteps, plan.steps / 10)
        if onTheWay > 0 { plan.validateEvery = max(1, plan.steps / (onTheWay + 1)) }
        return (plan, measured)
    }

    /// Times steps of a throwaway copy for a few hundredths of the budget; where validation is by a sample, the plan
    /// gets as many windows as there is time for.
    private func calibrate(_ plan: inout TrainingPlan, _ data: TrainingData) throws -> Calibration {
        let trainer = try Trainer(plan, data)
        _ = try trainer.runStep()
        var times: [Double] = []
        let limit = clock() + 0.03 * seconds
        repeat {
            let start = clock()
            _ = try trainer.runStep()
            times.append(clock() - start)
        } while clock() < limit && times.count < 50
        let windows = 2048 / plan.context + 1, all = data.dataset.validation.windows(contextLength: plan.context).count
        let start = clock()
        trainer.timeValidation(windows: min(windows, all))
        var atEnd = all == 0 ? 0 : (clock() - start) * Double(all) / Double(max(1, min(windows, all)))
        if plan.validation == .sample, all > 0 {
            let share = min(1, Self.validationShare * seconds / max(atEnd, 1e-9))
            plan.validationWindows = max(1, Int(share * Double(all)))
            atEnd *= share
        }
        return Calibration(
            secondsPerStep: times.sorted()[times.count / 2], secondsAtEnd: atEnd * 1.1 + min(0.2, seconds / 100))
    }
}

/// The steps that fit, at least one; of a clock that stood still, one.
private func wholeSteps(in seconds: Double, each secondsPerStep: Double) -> Int {
    secondsPerStep > 0 ? Int(max(1, min(seconds / secondsPerStep, Double(1 << 29)))) : 1
}

extension TrainingPlan {
    /// Changes the number of steps so that the run ends in time, from where the rate starts to fall on. The change is
    /// part of the plan and is saved before the run goes on, so that a resumed run follows it.
    ///
    /// - Parameters:
    ///   - step: steps done.
    ///   - secondsLeft: for steps alone.
    package mutating func replan(at step: Int, secondsLeft: Double, secondsPerStep: Double) {
        let factor = Schedule(self).factor(step)
        steps = step + wholeSteps(in: secondsLeft, each: secondsPerStep)
        decayFrom = Schedule.Anchor(step: step, factor: factor)
    }

    /// The steps at which a timed run decides again: where the rate starts to fall, and at each half of what is left.
    package func nextDecision(after step: Int) -> Int {
        guard let from = decayFrom else { return Int(Double(steps) * (1 - decayFraction)) }
        return max(step + 1, from.step + max(1, (steps - from.step) / 2))
    }
}
