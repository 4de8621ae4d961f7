import OrreryTraining
import Testing

/// Parameters that a run does not change.
@Suite struct FrozenParameterTests {
    @Test func keepTheirNumbersAndHaveNoGradient() throws {
        let scratch = try Scratch(), path = try trainedModel(scratch), start = try StartingModel(path)
        let frozen = start.model.parameters.filter { $0.name.contains("self_attn") || $0.name.contains("embed") }
        for parameter in frozen { parameter.requiresGradient = false }
        let before = frozen.map(\.value.floats)
        var plan = start.plan()
        plan.data = DataSources(try scratch.put(Example.text, at: "text.txt"))
        (plan.steps, plan.computeType, plan.learningRate, plan.optimizer) = (4, .float32, 1e-2, .muon)
        let trainer = try Trainer(plan, try TrainingData(plan), start: start)
        #expect(trainer.arena.parameters.count == trainer.model.parameters.count - frozen.count)
        let trained = trainer.weights
        let losses = try (0 ..< 4).map { _ in try trainer.runStep().loss }
        #expect(losses[3] < losses[0])
        #expect(trainer.weights != trained)
        #expect(frozen.map(\.value.floats) == before)
        #expect(frozen.allSatisfy { $0.gradient == nil })
    }
}
