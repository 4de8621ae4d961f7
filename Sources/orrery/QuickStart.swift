import ArgumentParser
import Foundation
import Kernels
import OrreryDemo
import OrreryGeneration
import OrreryTerminal
import OrreryTraining

/// `orrery` alone: trains a small model on the embedded text in about a minute, shows it, and continues what is typed.
struct QuickStart: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart", abstract: "Train a small model on the embedded text in about a minute, show it, and continue what you type.")

    @Option(help: "Seconds to train.") var seconds = 60.0
    @OptionGroup var processor: ProcessorOptions

    func validate() throws {
        if !(seconds >= 1 && seconds <= 86_400) { throw ValidationError("--seconds: expected 1 to 86400, found \(seconds)") }
    }

    func run() throws {
        try processor.run {
            let directory = Self.modelDirectory
            let budget = TimeBudget(seconds: seconds, started: ProcessInfo.processInfo.systemUptime)
            var plan = Preset.demo.plan
            let data = try TrainingData(plan)
            let (chosen, measured) = try budget.plan(data, computeType: TrainingPlan.ComputeType(Processor.current.fastestType)) { chosen in
                var chosen = chosen
                (chosen.data, chosen.tokenizer) = (plan.data, plan.tokenizer)
                return chosen
            }
            plan = chosen
            let run = TrainingRun(try Trainer(plan, data), directory: directory)
            (run.budget, run.secondsAtEnd) = (budget, measured.secondsAtEnd)
            let display = TrainingDisplay(quiet: false)
            display.samplePrompt = DemoCorpus.prompts[0]
            let summary = try display.show(run)
            if summary.interrupted { throw Interrupted() }
            let model = try TextModel(run.trainer.model, tokenizer: run.trainer.tokenizer, name: directory)
            try show(model)
            try talk(model)
        }
    }

    /// `$XDG_CACHE_HOME/orrery/demo`, or the platform's place for caches.
    static var modelDirectory: String {
        if let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/orrery/demo" }
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        return (caches?.path ?? NSTemporaryDirectory()) + "/orrery/demo"
    }

    /// A continuation of each of the demo's prompts.
    private func show(_ model: TextModel) throws {
        let out = Terminal.standardOutput
        for prompt in DemoCorpus.prompts {
            try out.writeLine()
            let text = try model.sample(prompt, maxTokens: 120, temperature: 0.5, stop: DemoCorpus.documentSeparator)
            try out.writeLine(out.appearance.paint(prompt, .bold) + text)
        }
    }

    /// Continues whatever is typed, until the input ends.
    private func talk(_ model: TextModel) throws {
        guard Terminal.isInputTerminal, Terminal.standardOutput.isTerminal else { return }
        let out = Terminal.standardOutput, reader = LineReader(), interrupt = InterruptFlag()
        defer { interrupt.release() }
        try out.writeLine("\nType the start of a text and the model goes on; an empty line or Ctrl-D ends.")
        while case .text(let line) = reader.read(prompt: "> ", interrupt: interrupt), !line.isEmpty {
            do {
                try out.writeLine(out.appearance.paint(line, .bold) + (try model.sample(line, maxTokens: 200, temperature: 0.5, stop: DemoCorpus.documentSeparator)))
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
