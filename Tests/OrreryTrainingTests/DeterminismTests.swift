import Kernels
import OrreryTraining
import Testing

/// The promise of docs/architecture.md: weights are a function of plan, data, seed, type and instruction set, not of
/// the threads.
@Suite struct DeterminismTests {
    @Test(arguments: [Example.gpt2, Example.qwen3], TrainingPlan.ComputeType.allCases)
    func weightsDoNotDependOnThreads(_ plan: TrainingPlan, _ type: TrainingPlan.ComputeType) throws {
        var plan = plan
        (plan.computeType, plan.dropout, plan.averageFraction, plan.microBatch) = (type, 0.1, 0.5, 4)
        let one = try run(plan, threads: 1)
        for threads in [2, 3] {
            let other = try run(plan, threads: threads)
            #expect(other.losses == one.losses, "\(threads) threads")
            #expect(bits(other.weights) == bits(one.weights), "\(threads) threads")
            #expect(bits(other.averaged) == bits(one.averaged), "\(threads) threads")
            #expect(other.validation == one.validation, "\(threads) threads")
        }
        #expect(one.losses.last! < one.losses[0] - 0.3, "weights that learned nothing prove nothing")
        #expect(bits(one.weights) != bits(one.averaged))
        plan.seed += 1
        #expect(try bits(run(plan, threads: 1).weights) != bits(one.weights))
    }

    private struct Result {
        var losses: [Double] = []
        var weights: [Float] = []
        var averaged: [Float] = []
        var validation: Double?
    }

    private func run(_ plan: TrainingPlan, threads: Int) throws -> Result {
        try Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
            let trainer = try Example.trainer(plan)
            var result = Result()
            for _ in 0 ..< plan.steps { result.losses.append(try trainer.runStep().loss) }
            (result.weights, result.validation) = (trainer.weights, trainer.validate())
            trainer.withAveragedWeights { result.averaged = trainer.weights }
            return result
        }
    }

    /// One gradient, in as many pieces as memory wants.
    @Test(arguments: [Example.gpt2, Example.qwen3]) func microBatchesGiveTheSameGradient(_ plan: TrainingPlan) throws {
        var plan = plan
        plan.computeType = .float32
        let (whole, loss) = try firstGradient(plan)
        #expect(whole.contains { $0 != 0 })
        for microBatch in [4, 2, 1] {
            plan.microBatch = microBatch
            let (gradient, otherLoss) = try firstGradient(plan)
            #expect(relative(gradient, whole) < 2e-6, "micro-batches of \(microBatch)")
            #expect(abs(otherLoss - loss) < 1e-6, "micro-batches of \(microBatch)")
        }
    }

    private func firstGradient(_ plan: TrainingPlan) throws -> ([Float], Double) {
        let trainer = try Example.trainer(plan)
        let loss = try trainer.runStep().loss
        return (trainer.gradients, loss)
    }

    /// The same data at the same step, so that a run is one run whatever its micro-batches and however often it was
    /// resumed.
    @Test func losingPrecisionOnlyByOrder() throws {
        var plan = Example.qwen3
        (plan.computeType, plan.steps) = (.float32, 10)
        let (whole, pieces) = (
            try Example.trainer(plan),
            try {
                plan.microBatch = 2; return try Example.trainer(plan)
            }()
        )
        for step in 0 ..< plan.steps {
            let (a, b) = (try whole.runStep(), try pieces.runStep())
            #expect(abs(a.loss - b.loss) < 1e-4, "step \(step)")
        }
    }
}
