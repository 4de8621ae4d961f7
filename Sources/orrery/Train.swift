import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryTerminal
import OrreryTraining

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a model on a text.",
        discussion: "Ctrl-C saves and leaves; --resume goes on, to the same weights bit for bit.")

    @OptionGroup var options: TrainOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Time to train, e.g. 20s, 45m, 1h: the size, batch and steps are chosen for it.", transform: seconds) var time: Double?
    @Option(help: "Directory for the model. (default: orrery-model)") var out: String?
    @Option(help: "Go on with the run in this directory.") var resume: String?
    @Option(help: "Steps between checkpoints. (default: every 30 seconds)") var checkpointEvery: Int?
    @Flag(help: "Write TensorBoard event files into DIR/tensorboard.") var tensorboard = false
    @Flag(help: "Replace what is in the output directory.") var overwrite = false

    func validate() throws {
        for (flag, path) in [("--out", out), ("--resume", resume)] where path?.isEmpty == true {
            throw ValidationError("\(flag): expected a directory, found nothing")
        }
        if resume != nil {
            if out != nil { throw ValidationError("--resume names the directory already: leave --out away") }
            if overwrite { throw ValidationError("--resume goes on with a run and --overwrite starts one anew: leave one away") }
            if time != nil { throw ValidationError("--resume keeps to the time that the run began with: leave --time away") }
            if options.preset != nil { throw ValidationError("--resume keeps the plan that the run began with: leave --preset away") }
        }
        if time != nil, options.steps != nil { throw ValidationError("--time chooses the steps: leave --steps away, or --time") }
        if let checkpointEvery, checkpointEvery < 1 { throw ValidationError("--checkpoint-every: expected at least 1, found \(checkpointEvery)") }
    }

    func run() throws {
        try processor.run {
            let run = try resume.map(resumedRun) ?? newRun(out ?? "orrery-model")
            run.checkpointSteps = checkpointEvery
            run.writesTensorBoard = tensorboard
            let summary = try TrainingDisplay(quiet: output.json).show(run)
            if output.json { try output.print(summary.json(run.trainer)) }
            if summary.interrupted { throw Interrupted() }
        }
    }

    /// Nothing is lost unless the user says so: what has the name of what a run writes is in its way.
    private func requireFree(_ directory: String) throws {
        if let status = FileStatus(directory), status.kind != .directory { throw FileError.request(directory, "is not a directory", advice: "name another --out") }
        guard !overwrite else { return try TrainingRun.requireOwn(directory) }
        if FileStatus(Path.join(directory, "training")) != nil {
            throw ValidationError("\(directory) holds a run already: go on with --resume \(directory), replace it with --overwrite, or name another --out")
        }
        if let name = TrainingRun.names.first(where: { FileStatus(Path.join(directory, $0)) != nil }) {
            throw ValidationError("\(directory) holds \(name) already: replace it with --overwrite, or name another --out")
        }
    }

    private func resumedRun(_ directory: String) throws -> TrainingRun {
        let lock = try DirectoryLock.ifPresent(directory)
        let plan = try Trainer.planOfRun(in: directory)
        guard try options.apply(to: plan) == plan else {
            throw ValidationError("--resume \(directory) goes on with that run's own plan, and flags given here differ from it: leave them away, or start a new run")
        }
        let run = TrainingRun(try Trainer(plan, try TrainingData(plan, resuming: directory)), directory: directory)
        run.lock = lock
        try run.resume { standardError("orrery: warning: \($0)") }
        return run
    }

    private func newRun(_ directory: String) throws -> TrainingRun {
        let lock = try DirectoryLock.ifPresent(directory)
        try requireFree(directory)
        let plan = try options.plan()
        guard let time else {
            let run = TrainingRun(try Trainer(plan, try TrainingData(plan)), directory: directory)
            run.lock = lock
            return run
        }
        let budget = TimeBudget(seconds: time, started: ProcessInfo.processInfo.systemUptime)
        let data = try TrainingData(plan)
        var (chosen, measured) = try budget.plan(data, computeType: plan.computeType, choosesValidations: options.validateEvery == nil) { recipe in
            if options.presetFixesModel { return plan }
            var chosen = try options.apply(to: recipe)
            (chosen.data, chosen.tokenizer) = (plan.data, plan.tokenizer)
            return chosen
        }
        if let warmupSteps = options.warmupSteps { chosen.warmupSteps = warmupSteps }
        if let windows = chosen.validationWindows {
            standardError("orrery: the time allows \(windows) of \(data.dataset.validation.windows(contextLength: chosen.context).count) windows of the validation split, evenly spread")
        }
        let run = TrainingRun(try Trainer(chosen, data), directory: directory)
        (run.budget, run.secondsAtEnd, run.lock) = (budget, measured.secondsAtEnd, lock)
        return run
    }
}

/// Reads 20s, 45m, 1h or a number of seconds.
private func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? text : String(text.dropLast())), case let time = number * (unit ?? 1), (1 ... TimeBudget.longest).contains(time) else {
        throw ValidationError("--time: expected 1s to 2400h, as in 20s, 45m or 1h; found \(text)")
    }
    return time
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
        o["train_loss"] = JSONValue(trainLoss)
        o["interrupted"] = JSONValue(interrupted)
        return o
    }
}
