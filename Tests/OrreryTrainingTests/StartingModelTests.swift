import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryTraining
import Testing

/// `orrery train --from MODEL`.
@Suite struct StartingModelTests {
    /// `model/`, trained for a few steps.
    private func model(_ scratch: Scratch, _ plan: TrainingPlan = Example.tiny) throws -> String {
        let run = TrainingRun(try Example.trainer(plan), directory: scratch("model"))
        _ = try run.run()
        return scratch("model")
    }

    private func plan(_ path: String, _ scratch: Scratch) throws -> TrainingPlan {
        var plan = try StartingModel(path).plan()
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.steps, plan.computeType, plan.learningRate, plan.averageFraction) = (6, .float32, 1e-2, 0.5)
        return plan
    }

    /// The weights that a run starts from are the model's, to the bit, and the first loss says so.
    @Test func startsFromItsWeights() throws {
        let scratch = try Scratch(), path = try model(scratch)
        let start = try StartingModel(path), plan = try plan(path, scratch), data = try TrainingData(plan)
        let expected = try ModelDirectory.open(path).parameters.flatMap(\.value.floats)
        let trainer = try Trainer(plan, data, start: start)
        #expect(bits(trainer.model.parameters.flatMap(\.value.floats)) == bits(expected))
        let before = try #require(trainer.validate())
        for _ in 0 ..< 6 { _ = try trainer.runStep() }
        #expect(try #require(trainer.validate()) < before)
    }

    /// Stopped after a step or three and resumed, when the model it came from is gone: the same bits.
    @Test(arguments: [1, 3]) func resumesToTheBit(_ stop: Int) throws {
        let scratch = try Scratch(), path = try model(scratch), plan = try plan(path, scratch)
        func run(_ name: String, stopAt: Int?) throws -> TrainingRun {
            let run = TrainingRun(
                try Trainer(plan, try TrainingData(plan), start: try StartingModel(path)), directory: scratch(name))
            _ = try run.run { run.trainer.step == stopAt }
            return run
        }
        let whole = try run("whole", stopAt: nil)
        _ = try run("stopped", stopAt: stop)
        try FileManager.default.removeItem(atPath: path)
        let found = try Trainer.planOfRun(in: scratch("stopped"))
        #expect(found.model.base?.path == path)
        let resumed = TrainingRun(
            try Trainer(found, try TrainingData(found, resuming: scratch("stopped"))), directory: scratch("stopped"))
        try resumed.resume()
        #expect(resumed.trainer.step == stop)
        _ = try resumed.run()
        #expect(bits(resumed.trainer.weights) == bits(whole.trainer.weights))
        for name in ["model.safetensors", "config.json", "generation_config.json", "tokenizer.json"] {
            #expect(try scratch.bytes("stopped/\(name)") == scratch.bytes("whole/\(name)"), "\(name)")
        }
    }

    /// The chat template and what its publisher says of sampling go where the model goes.
    @Test func keepsTheFilesNextToTheWeights() throws {
        let scratch = try Scratch(), path = try model(scratch)
        try scratch.put("{{ messages }}".utf8, at: "model/chat_template.jinja")
        try scratch.put("{\"do_sample\": true, \"temperature\": 0.6}".utf8, at: "model/generation_config.json")
        let plan = try plan(path, scratch)
        _ = try TrainingRun(
            try Trainer(plan, try TrainingData(plan), start: try StartingModel(path)), directory: scratch("out")
        ).run()
        for name in ["chat_template.jinja", "generation_config.json", "tokenizer.json"] {
            #expect(try scratch.bytes("out/\(name)") == scratch.bytes("model/\(name)"), "\(name)")
        }
        #expect(throws: Never.self) { try ModelDirectory.open(scratch("out")) }
    }

    @Test func whatCannotBeTrained() throws {
        let scratch = try Scratch()
        func say(_ config: String) throws -> String {
            try scratch.put(config.utf8, at: "other/config.json")
            return line { try StartingModel(scratch("other")) }
        }
        #expect(
            try say("{\"model_type\": \"bert\"}").contains("this is an encoder, which orrery train cannot train yet"))
        #expect(
            try say("{\"model_type\": \"t5\"}").contains(
                "this is an encoder with a decoder, which orrery train cannot train yet"))
        let path = try model(scratch)
        var plan = try plan(path, scratch)
        plan.context = 9
        let data = try TrainingData(plan)
        #expect(
            line { try Trainer(plan, data, start: try StartingModel(path)) }
                == "`context`: expected at most 8, which is what \(path) knows, found 9")
    }
}
