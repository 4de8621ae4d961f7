import ArgumentParser
import Foundation
import Kernels
import OrreryDemo
import OrreryFiles
import OrreryGeneration
import OrreryTerminal
import OrreryTraining

/// `orrery` alone: trains a small model on the embedded text in about a minute, shows it, and continues what is typed.
struct QuickStart: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "Train a small model on the embedded text in about a minute, show it, and continue what you type.")

    @Option(help: "Seconds to train; trains anew. (default: 60)") var seconds: Double?
    @Flag(help: "Train anew, even if there is a model from an earlier run.") var retrain = false
    @OptionGroup var processor: ProcessorOptions

    func validate() throws {
        if let seconds, !(seconds >= 1 && seconds <= 86_400) {
            throw ValidationError("--seconds: expected 1 to 86400, found \(seconds)")
        }
    }

    func run() throws {
        try processor.run {
            let directory = Self.modelDirectory
            let model = try LineReader.whileWorking {
                let model =
                    try seconds == nil && !retrain
                    ? kept(directory) ?? resumed(directory) ?? trained(directory) : trained(directory)
                try show(model)
                try suggest(directory)
                return model
            }
            try talk(model)
        }
    }

    /// Where the model is kept.
    static var modelDirectory: String { CacheDirectory.path + "/demo" }

    /// The model that an earlier run has trained to its end, unless it is damaged or of another version.
    private func kept(_ directory: String) -> TextModel? {
        guard TrainingRun.isFinished(in: directory), let model = try? TextModel.open(directory) else { return nil }
        standardError(
            "orrery: this is the model that an earlier run has trained, in \(directory); orrery quickstart --retrain trains a new one"
        )
        return model
    }

    /// The model of an earlier run that was stopped before its end, which is resumed; nil where there is no such run, or
    /// one that this version cannot resume.
    private func resumed(_ directory: String) throws -> TextModel? {
        guard FileStatus(directory) != nil, let plan = try? Trainer.planOfRun(in: directory),
            !TrainingRun.isFinished(in: directory)
        else { return nil }
        let display = TrainingDisplay(quiet: false), run: TrainingRun
        do {
            let data = try display.data(plan, resuming: directory)
            run = TrainingRun(try Trainer(plan, data), directory: directory)
            try run.resume { standardError("orrery: warning: \($0)") }
        } catch  where !(error is Interrupted) {
            standardError("orrery: the run that was stopped cannot be resumed, and a new one begins: \(error)")
            return nil
        }
        standardError(
            "orrery: this resumes the run that was stopped at step \(Human.exact(run.trainer.step)); orrery quickstart --retrain begins anew"
        )
        return try shown(run, display, directory)
    }

    private func shown(_ run: TrainingRun, _ display: TrainingDisplay, _ directory: String) throws -> TextModel {
        display.samplePrompt = DemoCorpus.prompts[0]
        if try display.show(run).interrupted { throw Interrupted() }
        return try TextModel(run.trainer.model, tokenizer: run.trainer.tokenizer, name: directory)
    }

    private func trained(_ directory: String) throws -> TextModel {
        let display = TrainingDisplay(quiet: false)
        let budget = TimeBudget(seconds: seconds ?? 60, started: ProcessInfo.processInfo.systemUptime)
        let plan = Preset.demo.plan, data = try display.data(plan)
        let (chosen, measured) = try display.calibrating {
            try budget.plan(data, computeType: TrainingPlan.ComputeType(Processor.current.fastestType)) { chosen in
                var chosen = chosen
                (chosen.data, chosen.tokenizer) = (plan.data, plan.tokenizer)
                return chosen
            }
        }
        let run = TrainingRun(try Trainer(chosen, data), directory: directory)
        (run.budget, run.secondsAtEnd) = (budget, measured.secondsAtEnd)
        return try shown(run, display, directory)
    }

    /// Commands to try on the model. It has seen texts only, so that it continues one and does not chat.
    private func suggest(_ directory: String) throws {
        let out = Terminal.standardOutput
        try out.writeLine()
        try writeProse("The model stays in \(directory), and orrery quickstart finds it there.")
        try out.writeLine("Try next:")
        let prompt = DemoCorpus.prompts[0].prefix { !$0.isNewline }, word = ShellWord.quoted(directory)
        for command in [
            "generate \(word) --prompt \"\(prompt)\"", "explain \(word) \"\(prompt)\"", "inspect \(word)",
            "train --data FILE --time 2m",
        ] {
            try out.writeLine("  orrery \(command)")
        }
    }

    private func writeProse(_ text: String) throws {
        let out = Terminal.standardOutput
        try out.writeLine(TextLayout.wrapped(text, to: out.width, indent: 0))
    }

    /// A text and its continuation, broken at spaces where a person reads it.
    private func write(_ prompt: String, _ text: String) throws {
        let out = Terminal.standardOutput
        guard out.canRedraw else { return try out.writeLine(out.appearance.paint(prompt, .bold) + text) }
        var wrap = WordWrap()
        let start = wrap.add(safeForTerminal(prompt, out.appearance), width: out.width)
        try out.writeLine(
            out.appearance.paint(start, .bold) + wrap.add(safeForTerminal(text, out.appearance), width: out.width))
    }

    /// A continuation of each of the demo's prompts.
    private func show(_ model: TextModel) throws {
        let out = Terminal.standardOutput
        for prompt in DemoCorpus.prompts {
            try out.writeLine()
            let text = try model.sample(prompt, maxTokens: 120, temperature: 0.5, stop: DemoCorpus.documentSeparator)
            try write(prompt, text)
        }
    }

    /// Continues whatever is typed, until the input ends.
    private func talk(_ model: TextModel) throws {
        guard Terminal.isInputTerminal, Terminal.standardOutput.isTerminal else { return }
        let out = Terminal.standardOutput, reader = LineReader(), interrupt = InterruptFlag()
        defer { interrupt.release() }
        try out.writeLine()
        try writeProse("Type the start of a text and the model continues it; an empty line or Ctrl-D ends.")
        while true {
            let input = reader.read(prompt: out.appearance.paint("> ", .bold), interrupt: interrupt)
            if input == .interrupted {
                if interrupt.asksToEnd { throw Interrupted() }
                interrupt.reset()
                try writeProse("An empty line or Ctrl-D ends the program.")
                continue
            }
            guard case .text(let line) = input, !line.isEmpty else { return }
            do {
                let text = try LineReader.whileWorking {
                    try model.sample(line, maxTokens: 200, temperature: 0.5, stop: DemoCorpus.documentSeparator)
                }
                try write(line, text)
            } catch {
                try out.writeLine("\(error)")
            }
        }
    }
}

extension TextModel {
    /// A continuation in one string.
    func sample(_ prompt: String, maxTokens: Int, temperature: Double, stop: String? = nil) throws -> String {
        let room = contextLength - (try promptTokens(prompt)).count
        let generation = try generate(
            GenerationOptions(
                prompt: try promptTokens(prompt), sampling: SamplingOptions(temperature: temperature, seed: 1),
                stop: stopConditions(maxTokens: max(1, min(maxTokens, room)), stopStrings: stop.map { [$0] } ?? []),
                computeType: Processor.current.fastestType))
        var text = ""
        while let step = try generation.next() { text += step.text }
        return text
    }
}
