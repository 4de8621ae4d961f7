import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryHub
import OrreryModels
import OrreryTerminal
import OrreryTraining

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a model on a text.",
        discussion: """
            Without flags: the preset demo, a small model of the embedded text, into orrery-model. Ctrl-C saves and leaves; --resume continues, to the \
            same weights bit for bit.
            """)

    @Option(
        help: ArgumentHelp(
            "Model to train further: a model directory or a GGUF file. Its architecture and tokenizer are kept. (default: a new model)",
            valueName: "model"))
    var from: String?
    @Option(
        help:
            "Time for the whole run, as 90 (seconds), 45m, 2h30m, 1d: the size, batch and steps are chosen for it. (default: --steps alone count)",
        transform: TimeArgument.read)
    var time: TimeArgument?
    @Option(name: [.customShort("o"), .long], help: "Directory for the model. (default: orrery-model)") var out: String?
    @Option(
        help: ArgumentHelp(
            "Resume the run in this directory; --steps or --time give it another end. (default: a new run)",
            valueName: "dir"))
    var resume: String?
    @Option(help: "Steps between checkpoints. (default: every 30 seconds)") var checkpointEvery: Int?
    @Flag(help: "Write TensorBoard event files into DIR/tensorboard.") var tensorboard = false
    @OptionGroup var overwriting: OverwriteOption
    @OptionGroup var options: TrainOptions
    @OptionGroup(title: "Computation") var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (flag, path) in [("--out", out), ("--resume", resume), ("--from", from)] where path?.isEmpty == true {
            throw ValidationError("\(flag): expected a directory, found nothing")
        }
        if resume != nil {
            if out != nil { throw ValidationError("--resume names the directory already: omit --out") }
            if overwriting.overwrite {
                throw ValidationError("--resume continues a run and --overwrite starts a new one: omit one of them")
            }
            if options.preset != nil {
                throw ValidationError("--resume keeps the plan that the run began with: omit --preset")
            }
            if from != nil {
                throw ValidationError("--resume continues a run and --from starts a new one: omit one of them")
            }
        }
        if from != nil {
            if options.data.data.isEmpty {
                throw ValidationError(
                    "--from: expected --data with it, the text to train on (--data demo is the embedded one)")
            }
            if options.preset != nil { throw ValidationError("--from has a plan of its own: omit --preset") }
            if options.data.tokenizer != nil {
                throw ValidationError("--from keeps the model's tokenizer: omit --tokenizer")
            }
            if let flag = options.model.fixedByBase.first {
                throw ValidationError("--from keeps the model's architecture: omit \(flag)")
            }
        }
        if time != nil, options.optimizer.steps != nil {
            throw ValidationError("--time chooses the steps: omit --steps, or --time")
        }
        if let checkpointEvery, checkpointEvery < 1 {
            throw ValidationError("--checkpoint-every: expected at least 1, found \(checkpointEvery)")
        }
    }

    func run() throws {
        try processor.run(options.compute) {
            let display = TrainingDisplay(quiet: output.json)
            let made =
                if let resume { try resumedRun(resume, display) } else {
                    try newRun(out ?? "orrery-model", display) as TrainingRun?
                }
            guard let run = made else { return }
            run.checkpointSteps = checkpointEvery
            run.writesTensorBoard = tensorboard
            let summary = try display.show(run)
            if output.json { try output.print(summary.json(run.trainer)) }
            if summary.interrupted { throw Interrupted() }
        }
    }

    /// What the run reads is not among what it replaces.
    private func requireNotRead(_ directory: String) throws {
        guard let whole = Path.resolved(directory) else { return }
        for path in options.data.data + [options.data.tokenizer].compactMap(\.self) {
            guard let read = Path.resolved(path) else { continue }
            if read == whole
                || TrainingRun.names.contains(where: {
                    read == Path.join(whole, $0) || read.hasPrefix(Path.join(whole, $0) + "/")
                })
            {
                throw ValidationError(
                    "\(path) is read by this run, and --overwrite would replace it: name another --out")
            }
        }
    }

    /// - Returns: nil where the run is finished, which has been said.
    private func resumedRun(_ directory: String, _ display: TrainingDisplay) throws -> TrainingRun? {
        let place = try RunDirectory(resuming: directory)
        let plan = try place.plan()
        var others = options
        others.optimizer.steps = nil
        let differences = try PlanDifference.all(from: plan, to: others.apply(to: plan), given: CommandLine.arguments)
        guard differences.isEmpty else {
            throw ValidationError(
                "--resume \(directory) continues that run's own plan: omit \(differences.map(\.description).joined(separator: ", ")), or start a new run"
            )
        }
        let hasAnotherEnd =
            options.optimizer.steps.map { $0 != plan.steps } == true || time.map { $0.seconds != plan.time } == true
        if !hasAnotherEnd, !output.json, TrainingRun.isFinished(in: directory) {
            standardError(
                "the run in \(directory) is finished, with \(Human.number(plan.steps, "step")); --steps or --time gives it another end"
            )
            return nil
        }
        let data = try readingAgain(plan, directory) { try display.data(plan, resuming: directory) }
        let run = place.run(try preparing { try Trainer(plan, data) })
        try preparing { try run.resume { standardError("orrery: warning: \($0)") } }
        if let steps = options.optimizer.steps, steps != plan.steps {
            try display.extend(run, "--steps \(steps)") { try run.extend(toSteps: steps) }
        }
        if let time, time.seconds != plan.time {
            try display.extend(run, "--time") { try run.extend(toSeconds: time.seconds) }
        }
        return run
    }

    /// What came through standard input is not kept, and must come once more.
    private func readingAgain<R>(_ plan: TrainingPlan, _ directory: String, _ body: () throws -> R) throws -> R {
        guard plan.data.paths.contains(DataOptions.standardInput) else { return try body() }
        let advice =
            "this run reads its text from standard input, and needs it again: orrery train --resume \(ShellWord.quoted(directory)) < FILE"
        if Terminal.isInputTerminal { throw InputError(advice) }
        do { return try body() } catch let error as TrainingError { throw InputError("\(error); \(advice)") }
    }

    /// The weights of a large model take seconds to be laid out.
    private func preparing<R>(_ body: () throws -> R) rethrows -> R {
        try ProgressLine.waiting("Preparing the model", body)
    }

    private func newRun(_ directory: String, _ display: TrainingDisplay) throws -> TrainingRun {
        try TextSource(DataSources(options.data.data.map(DataOptions.source))).requirePresent()
        let from = try from.map(Hub.localPath)
        if let from { _ = try ModelFiles.isFile(from) }
        if overwriting.overwrite { try requireNotRead(directory) }
        let place = try RunDirectory(new: directory, replacing: overwriting.overwrite)
        let started = ProcessInfo.processInfo.systemUptime
        let start = try from.map { path in
            if let source = FileStatus(path), let target = FileStatus(directory), source.isSameFile(as: target) {
                throw ValidationError("--out: \(directory) is the model to start from: name another directory")
            }
            return try ProgressLine.waiting("Opening \(path)") {
                try StartingModel(DataOptions.fromAnywhere(path), warn: ModelWarning.using)
            }
        }
        let plan = try start.map(options.plan(from:)) ?? options.plan()
        let data = try display.data(plan)
        guard let time else { return place.run(try preparing { try Trainer(plan, data, start: start) }) }
        let budget = TimeBudget(seconds: time.seconds, started: started)
        var (chosen, measured) = try display.calibrating {
            try budget.plan(
                data, computeType: plan.computeType, choosesValidations: options.validation.validateEvery == nil
            ) { recipe in
                if options.presetFixesModel || start != nil { return plan }
                var chosen = try options.apply(to: recipe)
                (chosen.data, chosen.field, chosen.tokenizer) = (plan.data, plan.field, plan.tokenizer)
                chosen.documents = plan.documents
                return chosen
            }
        }
        if let warmupSteps = options.optimizer.warmupSteps { chosen.warmupSteps = warmupSteps }
        let run = place.run(try preparing { try Trainer(chosen, data, start: start) })
        (run.budget, run.secondsAtEnd) = (budget, measured.secondsAtEnd)
        return run
    }
}

extension TrainingRun.Summary {
    func json(_ trainer: Trainer) -> JSONObject {
        let gflops = secondsPerStep > 0 ? trainer.operationsPerStep / secondsPerStep / 1e9 : 0
        let peak = Processor.current.measuredPeak(trainer.plan.computeType.elementType, seconds: 0.2)
        var o = JSONObject()
        o["parameters"] = JSONValue(trainer.model.parameterCount)
        o["steps"] = JSONValue(steps)
        o["seconds"] = JSONValue(seconds)
        o["ms_per_step"] = JSONValue(secondsPerStep * 1e3)
        o["tokens_per_s"] = JSONValue(secondsPerStep > 0 ? Double(trainer.plan.tokensPerStep) / secondsPerStep : 0)
        o["gflops"] = JSONValue(gflops)
        o["peak_share"] = JSONValue(gflops / peak)
        o["validation_loss"] = JSONValue(validationLoss)
        o["best_validation_loss"] = JSONValue(bestValidationLoss)
        let (looked, all) = trainer.validationWindows
        o["validation_share"] = all > 0 ? JSONValue(min(1, Double(looked) / Double(all))) : .null
        o["train_loss"] = JSONValue(trainLoss)
        o["seed"] = .seed(trainer.plan.seed)
        o["interrupted"] = JSONValue(interrupted)
        return o
    }
}
