import Foundation
import Kernels
import OrreryFiles

/// Runs a trainer to the end of its plan: validation, checkpoints, records; tells an observer what happens.
///
/// The directory is a model in Hugging Face's layout, the best by validation; `last/` is the last one where it differs,
/// `training/` the state to continue from.
package final class TrainingRun {
    package let trainer: Trainer
    /// Where the model goes; nil keeps nothing.
    package let directory: String?
    package var checkpointSteps: Int?
    package var observer: (any TrainingObserver)?
    package var writesTensorBoard = false
    /// Keeps the run to a time.
    package var budget: TimeBudget?
    /// What the last validation and writing the model will take of it.
    package var secondsAtEnd = 0.0
    private var isExtended = false

    /// The right to write in the directory, from the first look at it until `run` returns.
    var lock: DirectoryLock?

    private let clock: () -> Double
    /// Of the run's earlier parts.
    private var secondsBefore = 0.0
    private var started = 0.0
    var best: Double?
    private var bestStep = -1
    /// Whether a validation was stopped before its end, so that a resumed run begins with it.
    private(set) var owesValidation = false
    private struct Stopped: Error {}
    /// What the state on disk has reached; nil where that is not known.
    private var saved: SavedState?
    private struct SavedState: Equatable { var step: Int, best: Double?, owesValidation: Bool }
    var metrics: MetricsFile?
    var tensorBoard: TensorBoardFile?

    package init(
        _ trainer: Trainer, directory: String?, clock: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }
    ) {
        (self.trainer, self.directory, self.clock) = (trainer, directory, clock)
    }

    /// Continues from the state in the directory; a run that keeps to a time continues with what is left of it.
    /// - Parameter warn: receives what will differ from an undisturbed run, a line each.
    package func resume(warn: (String) -> Void = { _ in }) throws {
        guard let directory else { return }
        if lock == nil { lock = try DirectoryLock(directory) }
        let state = TrainingState(model: directory), progress = try state.load(into: trainer)
        (best, secondsBefore, secondsAtEnd) = (progress.bestValidationLoss, progress.seconds, progress.secondsAtEnd)
        owesValidation = progress.owesValidation == true
        saved = reached
        if let time = trainer.plan.time {
            budget = TimeBudget(seconds: time, started: clock() - secondsBefore, clock: clock)
        }
        let set = Processor.current.instructionSet.rawValue
        if progress.instructionSet != set {
            warn(
                "\(state.path): this run began on \(progress.instructionSet) and continues on \(set): its weights will differ in their last bits"
            )
        }
    }

    /// Gives a resumed run another end. The learning rate is from here on that of a run planned with so many steps, so
    /// that it may rise.
    ///
    /// - Returns: the factor of the learning rate that the run ended with, and the one that it continues with.
    /// - Throws: `TrainingError` where the run is beyond that end.
    package func extend(toSteps steps: Int) throws -> (before: Double, after: Double) {
        guard steps > trainer.step else {
            throw TrainingError.plan(
                "`steps`: expected more than the \(trainer.step) that the run has done, found \(steps)")
        }
        (budget, isExtended) = (nil, true)
        return try trainer.extend { plan in (plan.steps, plan.time) = (steps, nil) }
    }

    /// The same by the time of the whole run, earlier parts included; the steps are those that fit at the pace so far.
    package func extend(toSeconds seconds: Double) throws -> (before: Double, after: Double) {
        guard seconds > secondsBefore + 1 else {
            throw TrainingError.plan(
                "`time`: the time is that of the whole run, which has taken \(Int(secondsBefore.rounded())) seconds; expected more, found \(Int(seconds)) seconds"
            )
        }
        let pace = trainer.step > 0 ? secondsBefore / Double(trainer.step) : 1
        (budget, isExtended) = (TimeBudget(seconds: seconds, started: clock() - secondsBefore, clock: clock), true)
        return try trainer.extend { plan in
            plan.steps =
                trainer.step
                + max(1, Int(min((0.98 * seconds - secondsBefore - secondsAtEnd) / max(pace, 1e-6), Double(1 << 29))))
            plan.time = seconds
        }
    }

    /// - Parameter shouldStop: asked many times within a step and within a validation, and between them; true drops the
    ///   step, saves and returns.
    package func run(shouldStop: () -> Bool = { false }) throws -> Summary {
        defer { lock = nil }
        let plan = trainer.plan
        started = clock()
        if let budget { secondsBefore = budget.elapsed }
        // The last checkpoint is written when all else is: there is nothing left to do.
        if trainer.step >= plan.steps, !owesValidation {
            do {
                return summary(validation: try trainer.withAveragedWeights { try validate(shouldStop) })
            } catch is Stopped {
                return summary(interrupted: true, validation: nil)
            }
        }
        if let directory { try open(directory) }
        if isExtended { try checkpoint() }  // another end is part of the plan, and is saved before the run continues
        var decision = trainer.plan.nextDecision(after: trainer.step)
        var times: [Double] = [], checkpoints = CheckpointTimer(now: clock()), lastLoss: Double?, interrupted = false
        func writeCheckpoint() throws {
            let start = clock()
            try checkpoint()
            checkpoints.wrote(from: start, to: clock())
        }
        var measured = (step: trainer.step, time: clock())
        while trainer.step < trainer.plan.steps, !interrupted {
            if owesValidation { interrupted = try !validateOnTheWay(shouldStop) }
            if interrupted || shouldStop() {
                interrupted = true
                break
            }
            if let budget, trainer.step >= decision, trainer.step > measured.step {
                // the pace since the last decision, with all that goes on between steps
                trainer.plan.replan(
                    at: trainer.step, secondsLeft: 0.99 * budget.seconds - budget.elapsed - secondsAtEnd,
                    secondsPerStep: (clock() - measured.time) / Double(trainer.step - measured.step))
                decision = trainer.plan.nextDecision(after: trainer.step)
                try writeCheckpoint()
                measured = (trainer.step, clock())
            }
            let before = clock()
            guard
                let result = try trainer.runStep(
                    begins: { observer?.stepping(trainer, microBatch: $0) }, shouldStop: shouldStop)
            else {
                interrupted = true
                break
            }
            times.append(clock() - before)
            lastLoss = result.loss
            try record(result, seconds: times.last!)
            if plan.validateEvery > 0, trainer.step % plan.validateEvery == 0, trainer.step < trainer.plan.steps {
                interrupted = try !validateOnTheWay(shouldStop)
            }
            let due = checkpointSteps.map { trainer.step % $0 == 0 } ?? checkpoints.isDue(now: clock())
            if due, !interrupted, trainer.step < trainer.plan.steps { try writeCheckpoint() }
        }
        var validation: Double?
        if !interrupted {
            do { validation = try finish(shouldStop) } catch is Stopped { (interrupted, owesValidation) = (true, true) }
        }
        if interrupted { try writeUnfinished() }
        // The arrays of a large model take seconds: what is there already is not written again.
        if reached != saved { try checkpoint() }
        return summary(
            interrupted: interrupted, secondsPerStep: times.sorted()[safe: times.count / 2] ?? 0, train: lastLoss,
            validation: validation)
    }

    private func summary(
        interrupted: Bool = false, secondsPerStep: Double = 0, train: Double? = nil, validation: Double?
    ) -> Summary {
        Summary(
            interrupted: interrupted, steps: trainer.step, seconds: seconds, secondsPerStep: secondsPerStep,
            trainLoss: train,
            validationLoss: validation, bestValidationLoss: best)
    }

    private var reached: SavedState { SavedState(step: trainer.step, best: best, owesValidation: owesValidation) }

    func checkpoint() throws {
        guard let directory else { return }
        try requireFinite()
        try TrainingState(model: directory).save(
            trainer, bestValidationLoss: best, seconds: seconds, secondsAtEnd: secondsAtEnd,
            owesValidation: owesValidation)
        saved = reached
    }

    var seconds: Double { secondsBefore + clock() - started }

    /// Validates, and keeps the model if it is the best yet.
    /// - Returns: false if stopped; the validation is then owed.
    private func validateOnTheWay(_ shouldStop: () -> Bool) throws -> Bool {
        owesValidation = true
        do { try keepIfBest(validate(shouldStop)) } catch is Stopped { return false }
        owesValidation = false
        return true
    }

    private func validate(_ shouldStop: () -> Bool) throws -> Double? {
        var isWhole = false
        // A copy of a weight may have been cut in the middle.
        defer { if !isWhole { trainer.arena.dropPackedCopies() } }
        let loss = try WorkCancellation.run(shouldStop: shouldStop) {
            try trainer.validate { [self] share in
                observer?.validating(trainer, share: share)
                if shouldStop() { throw Stopped() }
            }
        }
        guard let loss else { throw Stopped() }
        isWhole = true
        return loss
    }

    /// Validates the last weights, or their average, and keeps the better of them and the best before.
    private func finish(_ shouldStop: () -> Bool) throws -> Double? {
        try trainer.withAveragedWeights {
            let loss = try validate(shouldStop)
            owesValidation = false
            try keepIfBest(loss)
            guard let directory else { return loss }
            let last = Path.join(directory, Self.lastDirectory)
            if bestStep == trainer.step { try Directory.removeTree(last) } else { try write(to: last) }
            return loss
        }
    }

    /// The model as it is when somebody stops the run: in `last/`, or in place where there is none yet.
    private func writeUnfinished() throws {
        guard let directory, trainer.step > 0 else { return }
        try requireFinite()
        try write(to: best == nil ? directory : Path.join(directory, Self.lastDirectory))
    }

    private func keepIfBest(_ loss: Double?) throws {
        try requireFinite(loss)
        if let loss {
            observer?.validated(trainer, loss: loss)
            try tensorBoard?.scalars([("loss/validation", loss)], step: trainer.step)
            var line = JSONObject()
            line["step"] = JSONValue(trainer.step)
            line["validation_loss"] = JSONValue(loss)
            try metrics?.append(line)
        }
        if let loss, let best, loss >= best { return }
        if let loss { best = loss }
        bestStep = trainer.step
        if let directory { try write(to: directory) }
    }

    private func record(_ result: Trainer.StepResult, seconds step: Double) throws {
        let tokensPerSecond = Double(result.tokens) / step
        observer?.stepped(trainer, result, secondsOfStep: step, seconds: seconds)
        var line = JSONObject()
        line["step"] = JSONValue(trainer.step)
        line["loss"] = JSONValue(result.loss)
        line["gradient_norm"] = JSONValue(result.gradientNorm)
        line["learning_rate"] = JSONValue(result.learningRate)
        line["tokens_per_s"] = JSONValue(tokensPerSecond)
        line["seconds"] = JSONValue(seconds)
        try metrics?.append(line)
        try tensorBoard?.scalars(
            [
                ("loss/train", result.loss), ("gradient_norm", result.gradientNorm),
                ("learning_rate", result.learningRate), ("tokens_per_s", tokensPerSecond),
            ],
            step: trainer.step)
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
