/// A plan with a name.
public enum Preset: String, CaseIterable, Sendable {
    /// nanoGPT's Shakespeare model for a CPU: 0.8M weights.
    case nanogptCPU = "nanogpt-cpu"
    /// nanoGPT's Shakespeare model for a GPU: 10.6M weights.
    case nanogptGPU = "nanogpt-gpu"
    /// Orrery's own recipe for a text of a megabyte, sized for the time given.
    case shakespeare
    /// The quick start's recipe: a small model of the embedded text.
    case demo

    /// The plan of this name.
    public var plan: TrainingPlan {
        switch self {
        case .nanogptCPU:
            var plan = TrainingPlan(model: ModelPlan(architecture: .gpt2, layers: 4, width: 128, heads: 4))
            (plan.context, plan.batch, plan.microBatch, plan.steps) = (64, 12, 12, 2000)
            return plan
        case .nanogptGPU:
            var plan = TrainingPlan(model: ModelPlan(architecture: .gpt2, layers: 6, width: 384, heads: 6))
            (plan.context, plan.batch, plan.microBatch, plan.steps, plan.dropout) = (256, 64, 8, 5000, 0.2)
            return plan
        case .shakespeare:
            return TimeRecipe.smallest(steps: 400)
        case .demo:
            var plan = TimeRecipe.smallest(steps: 700)
            plan.data = "demo"
            return plan
        }
    }
}
