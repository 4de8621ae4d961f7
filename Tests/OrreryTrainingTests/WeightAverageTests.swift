import OrreryTraining
import Testing

/// The mean of the weights over the last steps.
@Suite struct WeightAverageTests {
    @Test(arguments: [0.25, 0.5, 0.99]) func meanOfTheLast(_ fraction: Double) throws {
        var plan = Example.tiny
        (plan.steps, plan.averageFraction) = (12, fraction)
        let trainer = try Example.trainer(plan)
        var history: [[Float]] = []
        for _ in 0 ..< plan.steps {
            _ = try trainer.runStep()
            history.append(trainer.weights)
        }
        let last = history.suffix(Int(12 * fraction))
        let mean = trainer.weights.indices.map { i in
            Float(last.reduce(0.0) { $0 + Double($1[i]) } / Double(last.count))
        }
        var averaged: [Float] = [], loss: Double?
        trainer.withAveragedWeights { (averaged, loss) = (trainer.weights, trainer.validate()) }
        #expect(relative(averaged, mean) < 1e-6)
        #expect(bits(averaged) != bits(history.last!))
        // and the last weights are back, for the next step and for whoever asks
        #expect(bits(trainer.weights) == bits(history.last!))
        #expect(trainer.validate() != loss)
    }

    @Test func none() throws {
        let trainer = try Example.trainer(Example.tiny)
        _ = try trainer.runStep()
        let weights = trainer.weights
        trainer.withAveragedWeights { #expect(bits(trainer.weights) == bits(weights)) }
    }
}
