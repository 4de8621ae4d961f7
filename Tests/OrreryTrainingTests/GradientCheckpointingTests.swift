import OrreryAutograd
import OrreryNN
import OrreryTensor
import OrreryTraining
import Testing

/// Blocks that are computed once more in the backward pass.
@Suite struct GradientCheckpointingTests {
    /// The same losses and weights to the bit, dropout and micro-batches included.
    @Test(arguments: [Example.gpt2, Example.qwen3], TrainingPlan.ComputeType.allCases)
    func sameBits(_ plan: TrainingPlan, type: TrainingPlan.ComputeType) throws {
        func run(_ checkpointing: Bool?) throws -> (losses: [Double], weights: [Float]) {
            var plan = plan
            (plan.computeType, plan.dropout, plan.microBatch) = (type, 0.1, 4)
            plan.gradientCheckpointing = checkpointing
            let trainer = try Example.trainer(plan)
            return (try (0 ..< 3).map { _ in try trainer.runStep().loss }, trainer.weights)
        }
        let (plain, checkpointed) = (try run(nil), try run(true))
        #expect(plain.losses == checkpointed.losses)
        #expect(bits(plain.weights) == bits(checkpointed.weights))
    }

    /// A tape keeps one entry for each block, and no more for a block that has more to do.
    @Test func keepsTheInputsOfBlocks() throws {
        let trainer = try Example.trainer(Example.gpt2), batch = trainer.nextBatch()
        func entries(_ checkpoint: Bool) -> Int {
            var context = ForwardContext()
            if checkpoint { context.checkpoint = { Tape.checkpoint($0, $1) } }
            let tape = Tape(watching: trainer.arena.parameters)
            _ = tape.record { trainer.objective(batch, trainer.model, context) }
            return tape.entries.count
        }
        let layers = trainer.model.shape.layers
        // embeddings, positions, their sum; final norm, head, log-probabilities, their sum
        #expect(entries(true) == layers + 7)
        #expect(entries(false) > 10 * layers)
    }
}
