import Foundation
import Kernels
import OrreryGeneration
import OrreryTerminal
import OrreryTraining

/// What a person sees of a run: the live line, samples, and at the end the curve.
final class TrainingDisplay: TrainingObserver {
    private let terminal = Terminal.standardError
    private let line: ProgressLine
    private let quiet: Bool
    private var smoothed: Double?
    private var losses: [LossPoint] = []
    private var smoothedLosses: [LossPoint] = []
    private var validations: [LossPoint] = []
    private var secondsPerStep: Double?
    private var peak = 0.0
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
        if !quiet { introduce(run) }
        let summary = try {
            defer { line.finish() }
            return try run.run { interrupt.isRaised }
        }()
        if !quiet { conclude(run, summary) }
        return summary
    }

    private func introduce(_ run: TrainingRun) {
        let t = run.trainer, plan = t.plan
        terminal.showLine(
            "\(plan.model.architecture.rawValue), \(Human.count(t.model.parameterCount)) weights: \(plan.model.layers) layers of width \(plan.model.width), \(plan.model.heads) heads, context \(plan.context)")
        terminal.showLine(
            "\(plan.data): \(Human.count(t.dataset.train.count)) tokens to train on, \(Human.count(t.dataset.validation.count)) to validate on, vocabulary \(t.tokenizer.vocabularySize)")
        terminal.showLine(
            "\(plan.steps) steps of \(Human.count(plan.tokensPerStep)) tokens, \(plan.optimizer.rawValue), \(plan.computeType.rawValue) on \(Processor.current.instructionSet.rawValue) with \(Processor.current.threads) threads, peak \(Human.si(peak * 1e9, "FLOP/s"))")
    }

    func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {
        let mean = smoothed.map { 0.95 * $0 + 0.05 * result.loss } ?? result.loss
        smoothed = mean
        losses.append(LossPoint(step: trainer.step, loss: result.loss))
        smoothedLosses.append(LossPoint(step: trainer.step, loss: mean))
        let pace = secondsPerStep.map { 0.9 * $0 + 0.1 * secondsOfStep } ?? secondsOfStep
        secondsPerStep = pace
        line.update(
            TrainingStatus(
                step: trainer.step, totalSteps: trainer.plan.steps, loss: result.loss, smoothedLoss: mean, validationLoss: validations.last?.loss,
                learningRate: result.learningRate, gradientNorm: result.gradientNorm, tokensPerSecond: Double(trainer.plan.tokensPerStep) / pace,
                shareOfPeak: trainer.operationsPerStep / pace / 1e9 / peak, elapsedSeconds: seconds,
                secondsLeft: Double(trainer.plan.steps - trainer.step) * pace, numLines: 2))
        showSample(trainer)
    }

    /// A line of what the model would write now, at even steps of the run.
    private func showSample(_ trainer: Trainer) {
        guard !quiet, samples > 0, trainer.step % max(1, trainer.plan.steps / samples) == 0, trainer.step < trainer.plan.steps,
            let model = try? TextModel(trainer.model, tokenizer: trainer.tokenizer),
            let prompt = samplePrompt ?? (try? trainer.tokenizer.decode(trainer.dataset.validation[0 ..< min(24, trainer.dataset.validation.count)])),
            let text = try? model.sample(prompt, maxTokens: 64, temperature: 0.7)
        else { return }
        let shown = TokenText.visible(prompt + text, isUnicode: terminal.appearance.isUnicode)
        line.print(TextLayout.truncated("step \(trainer.step): \(shown)", to: terminal.width))
    }

    func validating(_ trainer: Trainer, share: Double) {
        line.update(TaskStatus("validating", completed: share * 100, total: 100, unit: "%"))
    }

    func validated(_ trainer: Trainer, loss: Double) { validations.append(LossPoint(step: trainer.step, loss: loss)) }

    private func conclude(_ run: TrainingRun, _ summary: TrainingRun.Summary) {
        if losses.count > 1 {
            let chart = LossChart(train: losses, smoothed: smoothedLosses, validation: validations)
            terminal.showLine(chart.render(width: min(terminal.width, 100), appearance: terminal.appearance))
        }
        if let loss = summary.validationLoss {
            terminal.showLine("validation loss \(Human.fixed(loss, decimals: 4)) nats a token after \(summary.steps) steps in \(Human.duration(seconds: summary.seconds))")
        }
        if let directory = run.directory {
            terminal.showLine(
                summary.interrupted
                    ? "stopped at step \(summary.steps); go on with: orrery train --resume \(directory)"
                    : "the model is in \(directory); try: orrery generate \(directory)")
        }
    }
}
