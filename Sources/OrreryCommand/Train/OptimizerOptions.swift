import ArgumentParser
import OrreryTraining

/// Steps, and what each does to the weights.
struct OptimizerOptions: ParsableArguments {
    @Option(help: "Steps of the whole run. (default: \(defaults.steps))") var steps: Int?
    @Option(help: "Sequences that each step sees. (default: \(defaults.batch))") var batch: Int?
    @Option(help: "Sequences that pass at once; a divisor of --batch. (default: \(defaults.microBatch))")
    var microBatch: Int?
    @Flag(
        help: """
            Keep each block's input alone and compute the block once more for its gradient: less memory, a third more time, \
            the same weights.
            """)
    var gradientCheckpointing = false
    @Option(help: "adamw, or muon for the matrices inside the layers. (default: \(defaults.optimizer.rawValue))")
    var optimizer: String?
    @Option(help: "AdamW's largest learning rate. (default: \(defaults.learningRate))") var learningRate: Double?
    @Option(help: "Where a cosine ends, as a share of the learning rate. (default: \(defaults.finalLearningRate))")
    var finalLearningRate: Double?
    @Option(help: "cosine, trapezoid or constant. (default: \(defaults.schedule.rawValue))") var schedule: String?
    @Option(help: "Steps of linear warm-up. (default: \(defaults.warmupSteps))") var warmupSteps: Int?
    @Option(help: "Share of the steps over which a trapezoid falls to zero. (default: \(defaults.decayFraction))")
    var decayFraction: Double?
    @Option(help: "AdamW's first decay rate. (default: \(defaults.beta1))") var beta1: Float?
    @Option(help: "AdamW's second decay rate. (default: \(defaults.beta2))") var beta2: Float?
    @Option(help: "AdamW's epsilon. (default: \(defaults.epsilon))") var epsilon: Float?
    @Option(help: "AdamW's weight decay of matrices. (default: \(defaults.weightDecay))") var weightDecay: Float?
    @Option(help: "Norm to which gradients are clipped; 0 does not clip. (default: \(defaults.clip))") var clip: Double?
    @Option(help: "Share of activations dropped. (default: \(defaults.dropout))") var dropout: Float?
    @Option(help: "First share of the steps, over which dropout rises from zero. (default: \(defaults.dropoutRise))")
    var dropoutRise: Double?
    @Option(help: "Muon's learning rate. (default: \(defaults.muonLearningRate))") var muonLearningRate: Double?
    @Option(help: "Muon's momentum. (default: \(defaults.muonMomentum))") var muonMomentum: Float?
    @Option(help: "Muon's weight decay. (default: \(defaults.muonWeightDecay))") var muonWeightDecay: Float?
    @Option(help: "Average the weights of this last share of the steps. (default: \(defaults.averageFraction))")
    var averageFraction: Double?
    @Option(
        help:
            "Seed of weights, batches and dropout; -1 draws one. The same plan with the same seed gives the same model. (default: \(defaults.seed))"
    )
    var seed: Seed?

    func apply(to plan: inout TrainingPlan) throws {
        set(&plan.steps, steps)
        if let batch {
            plan.batch = batch
            if microBatch == nil { plan.microBatch = largestDivisor(of: batch, upTo: plan.microBatch) }
        }
        set(&plan.microBatch, microBatch)
        if gradientCheckpointing { plan.gradientCheckpointing = true }
        try set(&plan.optimizer, optimizer, "--optimizer")
        try set(&plan.schedule, schedule, "--schedule")
        set(&plan.learningRate, learningRate)
        set(&plan.finalLearningRate, finalLearningRate)
        set(&plan.warmupSteps, warmupSteps)
        set(&plan.decayFraction, decayFraction)
        set(&plan.beta1, beta1)
        set(&plan.beta2, beta2)
        set(&plan.epsilon, epsilon)
        set(&plan.weightDecay, weightDecay)
        set(&plan.clip, clip)
        set(&plan.dropout, dropout)
        set(&plan.dropoutRise, dropoutRise)
        set(&plan.muonLearningRate, muonLearningRate)
        set(&plan.muonMomentum, muonMomentum)
        set(&plan.muonWeightDecay, muonWeightDecay)
        set(&plan.averageFraction, averageFraction)
        set(&plan.seed, seed?.value)
    }
}

private func largestDivisor(of n: Int, upTo limit: Int) -> Int { (1 ... max(1, limit)).last { n % $0 == 0 } ?? 1 }
