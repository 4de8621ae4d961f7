import Dispatch
import Kernels
import OrreryFiles
import Synchronization

/// A run that trains a model while its progress is read, step by step.
///
/// ```swift
/// let plan = Preset.demo.plan
/// for try await step in Training(plan, text: text, into: "my-model") { print(step.step, step.loss) }
/// let model = try TextModel.open("my-model")
/// ```
///
/// The run computes on threads of its own and does not wait for its reader. A reader that stops before the end, and a
/// task that is cancelled, end the run: what has been learnt is saved, and `Training(resuming:)` continues to the same
/// weights, bit for bit.
public struct Training: AsyncSequence, Sendable {
    /// What one step of the optimizer did.
    public typealias Element = Progress

    /// What one step of the optimizer did.
    public struct Progress: Sendable, Hashable {
        /// The number of this step, from 1.
        public var step: Int
        /// The number of steps of the whole run.
        public var steps: Int
        /// The mean loss of the step's tokens, in nats a token.
        public var loss: Double
        /// The norm of the gradient, before it was clipped.
        public var gradientNorm: Double
        /// The learning rate of the step.
        public var learningRate: Double
        /// The speed, in tokens a second.
        public var tokensPerSecond: Double
        /// The seconds since the run began, earlier parts included.
        public var seconds: Double
        /// The loss on the text that validates, in nats a token; nil where it was not measured since the step before.
        public var validationLoss: Double?
    }

    private enum Source: Sendable { case files, text(String) }

    private let plan: TrainingPlan?
    private let source: Source
    private let directory: String
    private let replaces: Bool
    private let processor = Processor.current

    /// A new run on the plan's data.
    ///
    /// - Parameters:
    ///   - plan: what the run computes.
    ///   - directory: the directory for the model, with what resuming needs.
    ///   - replacing: whether a model and a run that are there already are replaced; other files never are.
    public init(_ plan: TrainingPlan, into directory: String, replacing: Bool = false) {
        (self.plan, source, self.directory, replaces) = (plan, .files, directory, replacing)
    }

    /// A new run on a text in memory.
    ///
    /// - Parameters:
    ///   - plan: what the run computes; its data is ignored.
    ///   - text: the text to learn from.
    ///   - directory: the directory for the model, with what resuming needs.
    ///   - replacing: whether a model and a run that are there already are replaced; other files never are.
    public init(_ plan: TrainingPlan, text: String, into directory: String, replacing: Bool = false) {
        (self.plan, source, self.directory, replaces) = (plan, .text(text), directory, replacing)
    }

    /// A run that was ended before its last step, continued from where it stood.
    ///
    /// - Parameter directory: the directory of the run.
    public init(resuming directory: String) {
        (plan, source, self.directory, replaces) = (nil, .files, directory, false)
    }

    /// A run on a text in memory that was ended before its last step, continued from where it stood.
    ///
    /// - Parameters:
    ///   - directory: the directory of the run.
    ///   - text: the same text as before.
    public init(resuming directory: String, text: String) {
        (plan, source, self.directory, replaces) = (nil, .text(text), directory, false)
    }

    /// An iterator that starts the run.
    public func makeAsyncIterator() -> AsyncThrowingStream<Progress, any Error>.Iterator {
        let (stream, continuation) = AsyncThrowingStream<Progress, any Error>.makeStream()
        let ended = EndFlag()
        continuation.onTermination = { _ in ended.raise() }
        DispatchQueue(label: "orrery.training").async {
            do {
                try Processor.$current.withValue(processor) {
                    let run = try begin(), reporter = ProgressReporter { continuation.yield($0) }
                    run.observer = reporter
                    let summary = try run.run { ended.isRaised }
                    if !summary.interrupted { reporter.finish() }
                }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        return stream.makeAsyncIterator()
    }

    private func begin() throws -> TrainingRun {
        let place =
            try plan == nil ? RunDirectory(resuming: directory) : RunDirectory(new: directory, replacing: replaces)
        let resumed = plan == nil ? directory : nil
        let plan = try plan ?? place.plan()
        let data =
            switch source {
            case .files: try TrainingData(plan, resuming: resumed)
            case .text(let text): try TrainingData(plan, text: text, resuming: resumed)
            }
        let run = place.run(try Trainer(plan, data))
        if resumed != nil { try run.resume() }
        return run
    }
}

/// Whether nobody reads any more.
private final class EndFlag: Sendable {
    private let raised = Atomic(false)

    func raise() { raised.store(true, ordering: .relaxed) }
    var isRaised: Bool { raised.load(ordering: .relaxed) }
}

/// Tells the reader of each step, of one that is followed by a validation once that is known.
private final class ProgressReporter: TrainingObserver {
    private let tell: (Training.Progress) -> Void
    private var waiting: Training.Progress?

    init(_ tell: @escaping (Training.Progress) -> Void) { self.tell = tell }

    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {
        finish()
        let plan = trainer.plan
        let progress = Training.Progress(
            step: trainer.step, steps: plan.steps, loss: result.loss, gradientNorm: result.gradientNorm,
            learningRate: result.learningRate, tokensPerSecond: Double(plan.tokensPerStep) / secondsOfStep,
            seconds: seconds)
        let isValidated =
            trainer.step == plan.steps || plan.validateEvery > 0 && trainer.step % plan.validateEvery == 0
        if isValidated { waiting = progress } else { tell(progress) }
    }

    func validating(_ trainer: Trainer, share: Double) {}

    func validated(_ trainer: Trainer, loss: Double) {
        waiting?.validationLoss = loss
        finish()
    }

    func finish() {
        if let waiting { tell(waiting) }
        waiting = nil
    }
}
