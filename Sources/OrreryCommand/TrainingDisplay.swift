import Foundation
import Kernels
import OrreryGeneration
import OrreryTerminal
import OrreryTokenizers
import OrreryTraining

/// What a person sees of a run: the live line, samples, and at the end the curve.
final class TrainingDisplay: TrainingObserver {
    private let terminal = Terminal.standardError
    private let line: ProgressLine
    let quiet: Bool
    private var history = LossHistory()
    private var secondsPerStep: Double?
    private var peak = 0.0
    /// The run after its last step.
    private var status: TrainingStatus?
    /// The step that is being computed: when it began, and which of its micro-batches it is at.
    private var current: (start: ContinuousClock.Instant, microBatch: Int)?
    private var lastTick = ContinuousClock.now
    private var validationStart: ContinuousClock.Instant?
    private var lastShare = 1.0
    /// What samples on the way continue; nil takes the start of the validation text.
    var samplePrompt: String?
    /// Samples shown over the run, 0 for none.
    var samples = 4

    /// - Parameter quiet: progress only, no chart: standard output is for JSON.
    init(quiet: Bool) {
        self.quiet = quiet
        line = ProgressLine(.standardError)
    }

    func show(_ run: TrainingRun) throws -> TrainingRun.Summary {
        let interrupt = InterruptFlag(grace: .infinity)
        defer { interrupt.release() }
        run.observer = self
        peak = Processor.current.measuredPeak(run.trainer.plan.computeType.elementType, seconds: 0.1)
        if !quiet { introduce(run, peak: peak) }
        remember(run.recordedLosses)
        let summary = try {
            defer {
                // The last validation is over; what stays to be seen is the run.
                if let status { line.update(status) }
                line.finish()
            }
            return try run.run {
                tick(run.trainer)
                return interrupt.isRaised
            }
        }()
        if !quiet { conclude(run, summary) }
        return summary
    }

    /// A line for people, wrapped to the terminal.
    func say(_ text: String) {
        let lines = TextLayout.wrapped(FlagNames.inserted(into: text), to: terminal.width)
        terminal.showLine(lines.replacing("\u{A0}", with: " "))
    }

    /// The chart of a resumed run is of the whole run.
    private func remember(_ recorded: RecordedLosses?) {
        for (step, loss) in recorded?.losses ?? [] { history.append(step: step, loss: loss) }
        history.validations += (recorded?.validations ?? []).map { LossPoint(step: $0.step, loss: $0.loss) }
    }

    func stepping(_ trainer: Trainer, microBatch: Int) {
        current = (microBatch == 0 ? .now : current?.start ?? .now, microBatch)
    }

    /// A step that takes long shows that it goes on. Called many times a second.
    private func tick(_ trainer: Trainer) {
        let now = ContinuousClock.now
        guard let current, now - lastTick > .milliseconds(250),
            now - current.start > .seconds(terminal.isTerminal ? 1 : 10)
        else { return }
        lastTick = now
        var status = status ?? TrainingStatus(step: trainer.step, totalSteps: trainer.plan.steps, numLines: 2)
        let of = trainer.plan.microBatches, part = of > 1 ? ", part \(current.microBatch + 1) of \(of)" : ""
        status.activity =
            "computing step \(Human.exact(trainer.step + 1))\(part), \(Human.wholeDuration(seconds: (now - current.start).seconds))"
        line.update(status)
    }

    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {
        history.append(step: trainer.step, loss: result.loss)
        let pace = secondsPerStep.map { 0.9 * $0 + 0.1 * secondsOfStep } ?? secondsOfStep
        secondsPerStep = pace
        var status = TrainingStatus(
            step: trainer.step, totalSteps: trainer.plan.steps, loss: result.loss, smoothedLoss: history.mean,
            validationLoss: history.validations.last?.loss,
            learningRate: result.learningRate, gradientNorm: result.gradientNorm,
            tokensPerSecond: Double(result.tokens) / pace,
            shareOfPeak: trainer.operationsPerStep / pace / 1e9 / peak, elapsedSeconds: seconds,
            secondsLeft: Double(trainer.plan.steps - trainer.step) * pace, numLines: 2)
        status.isTotalEstimated = trainer.plan.time != nil && trainer.step < trainer.plan.steps
        self.status = status
        current = nil
        // The last one is shown once more when the run is over, with its validation.
        if trainer.step < trainer.plan.steps || terminal.canRedraw { line.update(status) }
        showSample(trainer)
    }

    /// A line of what the model would write now, at even steps of the run.
    private func showSample(_ trainer: Trainer) {
        guard !quiet, samples > 0, trainer.step % max(1, (trainer.plan.steps + samples - 1) / samples) == 0,
            trainer.step < trainer.plan.steps,
            let model = try? TextModel(trainer.model, tokenizer: trainer.tokenizer),
            let prompt = samplePrompt ?? Self.shortPrompt(trainer),
            let text = try? model.sample(prompt, maxTokens: 64, temperature: 0.7)
        else { return }
        let shown = TokenText.visible(prompt + text, isUnicode: terminal.appearance.isUnicode)
        line.print(TextLayout.truncated("step \(Human.exact(trainer.step)): \(shown)", to: terminal.width))
    }

    /// The first words of the validation text, so few that most of the line is the model's own.
    private static func shortPrompt(_ trainer: Trainer) -> String? {
        let tokens = trainer.dataset.validation
        for count in stride(from: 1, through: min(16, tokens.count), by: 1) {
            guard let text = try? trainer.tokenizer.decode(tokens[0 ..< count], skipsSpecialTokens: true) else {
                return nil
            }
            if text.count >= 16 || count == min(16, tokens.count) { return text.isEmpty ? nil : text }
        }
        return nil
    }

    func validating(_ trainer: Trainer, share: Double) {
        let now = ContinuousClock.now
        if share < lastShare || validationStart == nil { validationStart = now }
        lastShare = share
        let elapsed = (now - validationStart!).seconds, windows = Double(trainer.validationWindows.looked)
        line.update(
            TaskStatus(
                "validating", completed: (share * windows).rounded(), total: windows, unit: "windows",
                elapsedSeconds: elapsed))
    }

    func validated(_ trainer: Trainer, loss: Double) {
        history.validations.append(LossPoint(step: trainer.step, loss: loss))
        status?.validationLoss = loss
    }

    private func conclude(_ run: TrainingRun, _ summary: TrainingRun.Summary) {
        if history.losses.count > 1 {
            terminal.showLine(history.chart.render(width: min(terminal.width, 100), appearance: terminal.appearance))
        }
        if let loss = summary.validationLoss {
            let (looked, all) = run.trainer.validationWindows,
                part = looked < all ? " on \(Human.exact(looked)) of \(Human.number(all, "window"))" : ""
            say(
                "validation loss \(Human.fixed(loss, decimals: 4)) nats per token\(part) after \(Human.number(summary.steps, "step")) in \(Human.duration(seconds: summary.seconds))"
            )
        }
        if let directory = run.directory {
            let word = ShellWord.unbroken(directory)
            let again = run.trainer.plan.data.paths.contains(DataOptions.standardInput) ? " < FILE" : ""
            say(
                summary.interrupted
                    ? "stopped at step \(Human.exact(summary.steps)); resume with: orrery train --resume \(word)\(again)"
                    : "the model is in \(directory); try: orrery generate \(word)")
        }
    }
}
