/// What to train when the user gives a time instead of a size. The rule is fitted from the runs in docs/performance-log.md.
public enum TimeRecipe {
    /// The plan for so many operations at this machine's peak, on so much text.
    package static func plan(operations: Double, trainingTokens: Int) -> TrainingPlan {
        // Each doubling of the width costs four times an operation's worth of weights and wants about as many more tokens.
        let sizes: [(least: Double, width: Int, layers: Int)] = [(0, 128, 4), (3e13, 192, 5), (1.2e14, 256, 6), (6e14, 384, 6)]
        let size = sizes.last { operations >= $0.least }!
        return plan(width: size.width, layers: size.layers, steps: 400)
    }

    /// The shape of plan that all our own presets share: Qwen3's blocks, Muon for hidden matrices, a trapezoid.
    static func plan(width: Int, layers: Int, steps: Int) -> TrainingPlan {
        var model = ModelPlan(architecture: .qwen3, layers: layers, width: width, heads: max(1, width / 64), headSize: min(64, width))
        model.zeroProjections = true
        model.hiddenDeviation = nil
        var plan = TrainingPlan(model: model)
        (plan.context, plan.batch, plan.microBatch, plan.steps) = (256, 8, 8, steps)
        (plan.optimizer, plan.schedule, plan.warmupSteps, plan.decayFraction) = (.muon, .trapezoid, 10, 0.5)
        (plan.learningRate, plan.muonLearningRate, plan.weightDecay) = (3e-3, 0.02, 0)
        plan.validateEvery = 0
        return plan
    }
}
