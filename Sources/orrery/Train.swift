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
        if resume != nil, out != nil { throw ValidationError("--resume names the directory already: leave --out away") }
        if let checkpointEvery, checkpointEvery < 1 { throw ValidationError("--checkpoint-every: expected at least 1, found \(checkpointEvery)") }
    }

    func run() throws {
        try processor.run {
            let directory = resume ?? out ?? "orrery-model"
            if resume == nil, !overwrite, FileStatus(Path.join(directory, "training")) != nil {
                throw ValidationError("\(directory) holds a run already: go on with --resume \(directory), replace it with --overwrite, or name another --out")
            }
            let run = try resume.map(resumedRun) ?? newRun(directory)
            run.checkpointSteps = checkpointEvery
            run.writesTensorBoard = tensorboard
            let summary = try TrainingDisplay(quiet: output.json).show(run)
            if output.json { output.print(summary.json(run.trainer)) }
        }
    }

    private func resumedRun(_ directory: String) throws -> TrainingRun {
        let plan = try Trainer.planOfRun(in: directory)
        let run = TrainingRun(try Trainer(plan, try TrainingData(plan, resuming: directory)), directory: directory)
        try run.resume()
        if let time = plan.time { run.budget = TimeBudget(seconds: time, started: ProcessInfo.processInfo.systemUptime - run.seconds) }
        return run
    }

    private func newRun(_ directory: String) throws -> TrainingRun {
        let plan = try options.plan()
        guard let time else { return TrainingRun(try Trainer(plan, try TrainingData(plan)), directory: directory) }
        let budget = TimeBudget(seconds: time, started: ProcessInfo.processInfo.systemUptime)
        let data = try TrainingData(plan)
        let (chosen, measured) = try budget.plan(data) { chosen in
            var chosen = try options.apply(to: chosen)
            (chosen.data, chosen.tokenizer) = (plan.data, plan.tokenizer)
            return chosen
        }
        let run = TrainingRun(try Trainer(chosen, data), directory: directory)
        (run.budget, run.secondsAtEnd) = (budget, measured.secondsAtEnd)
        return run
    }
}

/// Reads 20s, 45m, 1h or a number of seconds.
private func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? text : String(text.dropLast())), number * (unit ?? 1) >= 1, number.isFinite else {
        throw ValidationError("--time: expected at least a second, as in 20s, 45m or 1h; found \(text)")
    }
    return number * (unit ?? 1)
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
