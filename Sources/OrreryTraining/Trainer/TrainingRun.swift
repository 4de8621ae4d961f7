import Foundation
import Kernels
import OrreryFiles
import OrreryModels

/// Runs a trainer to the end of its plan: validation, checkpoints, records; tells an observer what happens.
///
/// The directory is a model in Hugging Face's layout, the best by validation; `last/` is the last one where it differs, `training/` the
/// state to go on from.
public final class TrainingRun {
    public let trainer: Trainer
    /// Where the model goes; nil keeps nothing.
    public let directory: String?
    public var checkpointSteps: Int?
    /// Between checkpoints, where no number of steps is given.
    public var checkpointSeconds = 30.0
    public var observer: (any TrainingObserver)?
    public var writesTensorBoard = false
    /// Keeps the run to a time.
    public var budget: TimeBudget?
    public var secondsAtEnd = 0.0

    private let clock: () -> Double
    private var secondsBefore = 0.0
    private var started = 0.0
    private var best: Double?
    private var bestStep = -1
    private var metrics: MetricsFile?
    private var tensorBoard: TensorBoardFile?

    public init(_ trainer: Trainer, directory: String?, clock: @escaping () -> Double = { ProcessInfo.processInfo.systemUptime }) {
        (self.trainer, self.directory, self.clock) = (trainer, directory, clock)
    }

    /// Goes on from the state in the directory.
    public func resume() throws {
        guard let directory else { return }
        let progress = try TrainingState(model: directory).load(into: trainer)
        (best, secondsBefore) = (progress.bestValidationLoss, progress.seconds)
    }

    public struct Summary: Sendable {
        public var interrupted: Bool
        public var steps: Int
        /// Of the whole run, its earlier parts included.
        public var seconds: Double
        /// Median over the steps of this part.
        public var secondsPerStep: Double
        public var trainLoss: Double?
        public var validationLoss: Double?
        public var bestValidationLoss: Double?
    }

    /// - Parameter shouldStop: asked before each step; true saves and returns.
    public func run(shouldStop: () -> Bool = { false }) throws -> Summary {
        let plan = trainer.plan
        started = clock()
        if let directory {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            metrics = try MetricsFile(path: Path.join(directory, "metrics.jsonl"), resumingAt: trainer.step)
            if writesTensorBoard { tensorBoard = try TensorBoardFile(directory: Path.join(directory, "tensorboard")) }
            try trainer.tokenizer.save(to: URL(fileURLWithPath: directory, isDirectory: true))
            if trainer.step == 0 { try checkpoint() }
        }
        var decision = trainer.plan.nextDecision(after: trainer.step)
        var times: [Double] = [], lastCheckpoint = clock(), lastLoss: Double?, interrupted = false
        while trainer.step < trainer.plan.steps {
            if shouldStop() {
                interrupted = true
                break
            }
            if let budget, trainer.step >= decision, !times.isEmpty {
                let recent = times.suffix(200).sorted()
                trainer.plan.replan(
                    at: trainer.step, secondsLeft: 0.99 * budget.seconds - budget.elapsed - secondsAtEnd, secondsPerStep: recent[recent.count / 2])
                decision = trainer.plan.nextDecision(after: trainer.step)
                try checkpoint()
                lastCheckpoint = clock()
            }
            let before = clock()
            let result = try trainer.runStep()
            times.append(clock() - before)
            lastLoss = result.loss
            try record(result, seconds: times.last!)
            if plan.validateEvery > 0, trainer.step % plan.validateEvery == 0, trainer.step < trainer.plan.steps {
                try keepIfBest(trainer.validate { [self] in observer?.validating(trainer, share: $0) })
            }
            let due = checkpointSteps.map { trainer.step % $0 == 0 } ?? (clock() - lastCheckpoint > checkpointSeconds)
            if due, trainer.step < trainer.plan.steps {
                try checkpoint()
                lastCheckpoint = clock()
            }
        }
        let validation = interrupted ? nil : try finish()
        if interrupted || directory != nil { try checkpoint() }
        return Summary(
            interrupted: interrupted, steps: trainer.step, seconds: seconds, secondsPerStep: times.sorted()[safe: times.count / 2] ?? 0,
            trainLoss: lastLoss, validationLoss: validation, bestValidationLoss: best)
    }

    public var seconds: Double { secondsBefore + clock() - started }

    /// Validates the last weights, or their average, and keeps the better of them and the best before.
    private func finish() throws -> Double? {
        try trainer.withAveragedWeights {
            let loss = trainer.validate { [self] in observer?.validating(trainer, share: $0) }
            try keepIfBest(loss)
            if let directory, bestStep != trainer.step { try write(to: Path.join(directory, "last")) }
            return loss
        }
    }

    private func keepIfBest(_ loss: Double?) throws {
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

    private func write(to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try ModelDirectory.write(trainer.model, to: directory)
        try trainer.tokenizer.save(to: URL(fileURLWithPath: directory, isDirectory: true))
    }

    private func checkpoint() throws {
        guard let directory else { return }
        try TrainingState(model: directory).save(trainer, bestValidationLoss: best, seconds: seconds)
    }

    private func record(_ result: Trainer.StepResult, seconds step: Double) throws {
        let tokensPerSecond = Double(trainer.plan.tokensPerStep) / step
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
            [("loss/train", result.loss), ("gradient_norm", result.gradientNorm), ("learning_rate", result.learningRate), ("tokens_per_s", tokensPerSecond)],
            step: trainer.step)
    }
}

/// Sees a run as it happens.
public protocol TrainingObserver: AnyObject {
    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double)
    func validating(_ trainer: Trainer, share: Double)
    func validated(_ trainer: Trainer, loss: Double)
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
