import Foundation

/// The learning rate over the steps, as a factor of its largest value.
public struct Schedule: Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// up linearly, then down along half a cosine (arXiv:1608.03983)
        case cosine
        /// up linearly, level, then down linearly to zero (arXiv:2405.18392)
        case trapezoid
        case constant
    }

    /// A point of the falling part.
    public struct Anchor: Codable, Sendable, Hashable {
        public var step: Int
        public var factor: Double
    }

    public var kind: Kind
    public var steps: Int
    public var warmupSteps: Int
    public var decayFraction: Double
    public var finalFactor: Double
    public var decayFrom: Anchor?

    package init(_ plan: TrainingPlan) {
        (kind, steps, warmupSteps) = (plan.schedule, plan.steps, plan.warmupSteps)
        (decayFraction, finalFactor) = (plan.decayFraction, plan.finalLearningRate)
        decayFrom = plan.decayFrom
    }

    /// The factor of step `s` of 0 ..< steps.
    public func factor(_ s: Int) -> Double {
        if s < warmupSteps { return Double(s + 1) / Double(warmupSteps + 1) }
        switch kind {
        case .constant: return 1
        case .cosine:
            let progress = min(1, Double(s - warmupSteps) / Double(max(1, steps - warmupSteps)))
            return finalFactor + 0.5 * (1 + cos(Double.pi * progress)) * (1 - finalFactor)
        case .trapezoid:
            if let from = decayFrom, s >= from.step {
                return from.factor * Double(steps - s) / Double(max(1, steps - from.step))
            }
            let left = Double(steps - s), decay = Double(steps) * decayFraction
            return left >= decay ? 1 : left / decay
        }
    }
}
