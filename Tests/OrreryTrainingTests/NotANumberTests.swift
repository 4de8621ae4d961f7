import Foundation
import OrreryTraining
import Testing

/// A number that is none stops the run with the name of the first tensor that has it, and never reaches a checkpoint.
@Suite struct NotANumberTests {
    @Test func weight() throws {
        let trainer = try Example.trainer(Example.tiny)
        _ = try trainer.runStep()
        let name = "model.layers.0.mlp.up_proj.weight"
        try poison(name, of: trainer, with: .nan)
        #expect(line { try trainer.runStep() }.hasPrefix("step 1: \(name) is not finite"))
        #expect(trainer.step == 1)
    }

    /// All weights are finite; it is in the pass through the model that one grows too large: the first tensor in the
    /// order of the pass.
    @Test(arguments: [
        ("model.embed_tokens.weight", "hook_embed"), ("model.layers.0.self_attn.v_proj.weight", "blocks.0.attn.hook_v"),
    ])
    func activation(_ weight: String, _ expected: String) throws {
        let trainer = try Example.trainer(Example.tiny)
        try poison(weight, of: trainer, with: 3e38, all: true)
        let message = line { try trainer.runStep() }
        #expect(message.hasPrefix("step 0: "))
        #expect(!message.contains("the loss"), "\(message)")
    }

    /// The last checkpoint is one to go on from: a step that ruins the weights leaves it as it was.
    @Test func checkpoint() throws {
        let scratch = try Scratch()
        var plan = Example.tiny
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        let trainer = try Trainer(plan, TrainingData(plan)), run = TrainingRun(trainer, directory: scratch("model"))
        run.checkpointSteps = 1
        let vandal = Vandal { try poison("model.norm.weight", of: trainer, with: .infinity) }
        run.observer = vandal
        #expect(
            line { try run.run() }.hasPrefix("step 3: model.norm.weight is not finite; the last checkpoint is kept"))

        let resumed = try Trainer(plan, TrainingData(plan, resuming: scratch("model")))
        try TrainingRun(resumed, directory: scratch("model")).resume()
        #expect(resumed.step == 2)
        #expect(resumed.weights.allSatisfy { $0.isFinite })
    }

    /// Nor do they reach the model, where nothing but the end of the run writes it.
    @Test func model() throws {
        let scratch = try Scratch()
        var plan = Example.tiny
        (plan.steps, plan.validationFraction) = (3, 0)
        let trainer = try Example.trainer(plan), run = TrainingRun(trainer, directory: scratch("model"))
        let vandal = Vandal { try poison("model.norm.weight", of: trainer, with: .infinity) }
        run.observer = vandal
        #expect(line { try run.run() }.hasPrefix("step 3: model.norm.weight is not finite"))
        #expect(!FileManager.default.fileExists(atPath: scratch("model/model.safetensors")))
    }

    /// Spoils the weights after the third step.
    private final class Vandal: TrainingObserver {
        private let act: () throws -> Void
        init(_ act: @escaping () throws -> Void) { self.act = act }
        func stepped(_ trainer: Trainer, _ result: Trainer.StepResult, secondsOfStep: Double, seconds: Double) {
            if trainer.step == 3 { try? act() }
        }
        func validating(_ trainer: Trainer, share: Double) {}
        func validated(_ trainer: Trainer, loss: Double) {}
    }
}

/// Puts a number where no training would.
private func poison(_ name: String, of trainer: Trainer, with value: Float, all: Bool = false) throws {
    let index = try #require(
        trainer.arena.parameters.firstIndex { $0.name == name }, "\(trainer.arena.parameters.map(\.name))")
    let parameter = trainer.arena.parameters[index], start = trainer.arena.valuePointer + trainer.arena.offsets[index]
    for i in 0 ..< (all ? parameter.count : 1) { start[i] = value }
    trainer.arena.dropPackedCopies()
}
