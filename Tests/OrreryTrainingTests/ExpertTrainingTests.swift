import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTraining
import Testing

/// Mixtures of experts, trained further.
@Suite struct ExpertTrainingTests {
    static let models: [(type: String, fields: JSONObject)] = [
        ("mixtral", ["num_local_experts": 4, "num_experts_per_tok": 2]),
        ("qwen3_moe", ["num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 9, "mlp_only_layers": []]),
        ("gpt_oss", ["num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 4, "rope_scaling": nil]),
    ]

    /// A model of this kind with the tokenizer of the example.
    private func make(_ number: Int, _ scratch: Scratch) throws -> String {
        let path = try trainedModel(scratch), (type, fields) = Self.models[number]
        var config: JSONObject = [
            "model_type": .string(type), "hidden_size": 12, "intermediate_size": 10, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 6, "max_position_embeddings": 16,
        ]
        config["vocab_size"] = JSONValue(try StartingModel(path).model.shape.vocabularySize)
        for member in fields.members { config[member.key] = member.value }
        let model = try ModelDirectory.make(
            JSONFields(.object(config), file: "config.json"), RandomWeights(seed: 3))
        try ModelDirectory.write(model, to: path)
        return path
    }

    private func plan(
        _ path: String, _ scratch: Scratch, _ optimizer: TrainingPlan.OptimizerKind
    ) throws -> TrainingPlan {
        var plan = try StartingModel(path).plan()
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.steps, plan.computeType, plan.learningRate, plan.optimizer) = (6, .float32, 1e-2, optimizer)
        (plan.context, plan.microBatch) = (12, 4)
        return plan
    }

    /// The loss falls, on any number of threads to the same bits; a run that was stopped resumes to them; and what was
    /// written is what was trained.
    @Test(arguments: models.indices, TrainingPlan.OptimizerKind.allCases)
    func trains(_ number: Int, optimizer: TrainingPlan.OptimizerKind) throws {
        let scratch = try Scratch(), path = try make(number, scratch), plan = try plan(path, scratch, optimizer)
        func run(_ name: String, threads: Int, stopAt: Int?) throws -> TrainingRun {
            try Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                let trainer = try Trainer(plan, try TrainingData(plan), start: try StartingModel(path))
                let run = TrainingRun(trainer, directory: scratch(name))
                _ = try run.run { run.trainer.step == stopAt }
                return run
            }
        }
        let whole = try run("whole", threads: 2, stopAt: nil)
        #expect(bits(try run("other", threads: 1, stopAt: nil).trainer.weights) == bits(whole.trainer.weights))
        _ = try run("stopped", threads: 2, stopAt: 3)
        let found = try Trainer.planOfRun(in: scratch("stopped"))
        let resumed = TrainingRun(
            try Trainer(found, try TrainingData(found, resuming: scratch("stopped"))), directory: scratch("stopped"))
        try resumed.resume()
        _ = try resumed.run()
        #expect(bits(resumed.trainer.weights) == bits(whole.trainer.weights))
        let losses = try #require(whole.recordedLosses).losses.map(\.loss)
        #expect(losses.last! < losses[0] - 0.05)
        let written = try ModelDirectory.open(scratch("whole"))
        #expect(
            bits(written.parameters.flatMap(\.value.floats))
                == bits(whole.trainer.model.parameters.flatMap(\.value.floats)))
    }
}
