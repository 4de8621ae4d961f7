/// What to train when the user gives a time instead of a size. Up to 12 minutes on two cores the rule follows the runs
/// in docs/performance-log.md; beyond, it is a guess.
package enum TimeRecipe {
    /// The plan for so many operations at this machine's peak, on so much text.
    package static func plan(operations: Double, trainingTokens: Int) -> TrainingPlan {
        let size = sizes.last { operations >= $0.leastOperations }!
        var plan = plan(size, steps: 400)
        let weights = plan.model.parameterCount(vocabularySize: 0, context: plan.context).all
        plan.dropout = dropout(weightsPerToken: Double(weights) / Double(max(1, trainingTokens)))
        return plan
    }

    /// A size of model and of step, for runs of so many operations and more.
    struct Size {
        var leastOperations: Double
        var layers: Int
        var width: Int
        /// Sequences of a step.
        var batch: Int
        var context: Int
        var muonMomentum: Float
    }

    // A small model that has taken many steps is better than a large one that has not: below some minutes the smallest
    // that holds the text's words wins, and more time goes into larger steps before it goes into a larger model. The
    // fewer steps, the shorter Muon's memory.
    private static let sizes = [
        Size(leastOperations: 0, layers: 4, width: 128, batch: 4, context: 256, muonMomentum: 0.85),
        Size(leastOperations: 2.5e13, layers: 4, width: 128, batch: 8, context: 256, muonMomentum: 0.95),
        Size(leastOperations: 1.2e14, layers: 6, width: 128, batch: 8, context: 256, muonMomentum: 0.95),
        Size(leastOperations: 6e14, layers: 6, width: 192, batch: 16, context: 256, muonMomentum: 0.95),
    ]

    /// A model with more weights than the text has tokens learns it by heart unless something is hidden each time
    /// (arXiv:1207.0580); a smaller one is only slowed.
    private static func dropout(weightsPerToken: Double) -> Float {
        weightsPerToken < 1 ? 0 : weightsPerToken < 2 ? 0.05 : 0.15
    }

    /// The plan that all our own presets share: Qwen3's blocks, Muon for hidden matrices, a trapezoid.
    static func plan(_ size: Size, steps: Int) -> TrainingPlan {
        var model = ModelPlan(
            architecture: .qwen3, layers: size.layers, width: size.width, heads: max(1, size.width / 64),
            headSize: min(64, size.width))
        model.zeroProjections = true
        model.hiddenDeviation = nil
        var plan = TrainingPlan(model: model)
        (plan.context, plan.batch, plan.microBatch, plan.steps) = (size.context, size.batch, size.batch, steps)
        // Activations of a micro-batch stay near the caches.
        if size.batch * size.context > 2048 { plan.microBatch = 2048 / size.context }
        (plan.optimizer, plan.schedule, plan.warmupSteps, plan.decayFraction) = (.muon, .trapezoid, 10, 0.5)
        (plan.learningRate, plan.weightDecay, plan.beta2) = (5e-3, 0, 0.95)
        (plan.muonLearningRate, plan.muonMomentum) = (0.015, size.muonMomentum)
        plan.validateEvery = 0
        return plan
    }

    /// The smallest size's plan.
    static func smallest(steps: Int) -> TrainingPlan { plan(sizes[0], steps: steps) }
}
