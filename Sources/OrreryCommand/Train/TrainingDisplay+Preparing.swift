import Foundation
import Kernels
import OrreryFiles
import OrreryTerminal
import OrreryTraining

/// What is shown before the first step.
extension TrainingDisplay {
    /// Reads and encodes the plan's text, and says what was read.
    func data(_ plan: TrainingPlan, resuming directory: String? = nil) throws -> TrainingData {
        let line = ProgressLine(.standardError, logInterval: 10), interrupt = InterruptFlag()
        defer {
            interrupt.release()
            line.finish(keepingLastLine: false)
        }
        var stage = TrainingData.Stage.reading, start = ContinuousClock.now
        // What is done in a blink needs no line, and a log is not read meanwhile.
        let began = ContinuousClock.now, patience = Terminal.standardError.isTerminal ? 1.0 : 10
        let data = try TrainingData(plan, resuming: directory, cache: EncodingCache(in: CacheDirectory.path)) {
            now, done, total in
            if now != stage { (stage, start) = (now, .now) }
            try interrupt.check()
            guard (ContinuousClock.now - began).seconds > patience || now == .learning && total > 1 << 23 else {
                return
            }
            if stage == .learning {
                return line.update(TaskStatus("Learning the tokenizer from", completed: Double(total), unit: "bytes"))
            }
            let title = stage == .reading ? "Reading" : "Encoding"
            line.update(
                TaskStatus(
                    title, completed: Double(done), total: Double(total), unit: "bytes",
                    elapsedSeconds: (ContinuousClock.now - start).seconds))
        }
        line.finish(keepingLastLine: false)
        if !quiet { for text in data.report.lines { say(text) } }
        return data
    }

    /// Shows that the machine's speed is being measured, while `body` does it.
    func calibrating<R>(_ body: () throws -> R) rethrows -> R {
        try ProgressLine.waiting("Measuring a few steps to choose the size", body)
    }

    /// Gives a run another end, and says what its learning rate does.
    func extend(_ run: TrainingRun, _ flag: String, _ body: () throws -> (before: Double, after: Double)) throws {
        let (before, after) = try body(), plan = run.trainer.plan
        guard !quiet else { return }
        let end = plan.time.map { " or \(Human.duration(seconds: $0)) in all" } ?? ""
        say(
            "\(flag): the run continues from step \(Human.exact(run.trainer.step)) to step \(Human.exact(plan.steps))\(end)"
        )
        say(
            "learning rate: \(Human.scientific(plan.learningRate * before)) before, \(Human.scientific(plan.learningRate * after)) from here on, "
                + "that of a \(plan.schedule.rawValue) planned with \(Human.exact(plan.steps)) steps")
    }

    /// What will be done: the data, the model, the steps, the place, and about how long it takes.
    func introduce(_ run: TrainingRun, peak: Double) {
        let t = run.trainer, plan = t.plan, (train, validation) = (t.dataset.train.count, t.dataset.validation.count)
        let text =
            plan.data.isDemo
            ? "the embedded demo text (--data names another)"
            : plan.data.paths.count == 1
                ? Self.shortPath(plan.data.paths[0]) : Human.number(Set(plan.data.paths).count, "source")
        say(
            "data: \(text), \(Human.number(train, "token")) to train on, \(Human.exact(validation)) to validate on, vocabulary \(Human.exact(t.tokenizer.vocabularySize))"
        )
        let name = plan.model.base.map { "\($0.modelType) from \($0.path)" } ?? plan.model.architecture.rawValue
        say(
            "model: \(name), \(Human.count(t.model.parameterCount)) weights: \(Human.number(plan.model.layers, "layer")) of width \(plan.model.width), "
                + "\(Human.number(plan.model.heads, "head")), context \(Human.number(plan.context, "token"))")
        say(
            "run: \(Human.number(plan.steps, "step")) of \(Human.number(plan.tokensPerStep, "token")), \(plan.optimizer.rawValue), \(processor(plan)), "
                + "seed \(plan.seed), peak \(Human.si(peak * 1e9, "FLOP/s"))")
        let (looked, all) = t.validationWindows
        if looked < all, plan.validation == .sample {
            say(
                "validation: \(Human.exact(looked)) of \(Human.number(all, "window")) of the split, evenly spread; --validation whole takes all"
            )
        }
        let left = max(
            1,
            Double(plan.steps - t.step) * (t.operationsPerStep / (peak * 1e9 * Self.usualShareOfPeak) + Self.overhead))
        let duration =
            plan.time.map { Human.duration(seconds: $0) + " in all" } ?? "roughly " + Human.duration(seconds: left)
        say(
            "the model goes to \(run.directory ?? "nowhere"); \(duration)\(t.step > 0 ? ", from step \(Human.exact(t.step)) on" : "")"
        )
    }

    /// As it was probably typed: below the working directory without that.
    private static func shortPath(_ path: String) -> String {
        if path == DataOptions.standardInput { return "standard input" }
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    /// What training reaches of the peak on most machines.
    private static let usualShareOfPeak = 0.35
    /// Seconds of a step that do not depend on its size.
    private static let overhead = 1e-3

    private func processor(_ plan: TrainingPlan) -> String {
        let processor = Processor.current
        return
            "\(plan.computeType.rawValue) on \(processor.instructionSet.rawValue) with \(Human.number(processor.threads, "thread"))"
    }
}
