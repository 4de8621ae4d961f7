import Foundation

/// The learning rate over the steps, as a factor of its largest value.
public struct Schedule: Sendable, Hashable {
    /// The shape of a schedule.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// A linear rise, then a fall along half a cosine (arXiv:1608.03983).
        case cosine
        /// A linear rise, a level part, then a linear fall to zero (arXiv:2405.18392).
        case trapezoid
        /// A linear rise, then a level part.
        case constant
    }

    /// A point of the falling part.
    public struct Anchor: Codable, Sendable, Hashable {
        /// The step, from 0.
        public var step: Int
        /// The factor of the learning rate at that step.
        public var factor: Double
    }

    package var kind: Kind
    package var steps: Int
    package var warmupSteps: Int
    package var decayFraction: Double
    package var finalFactor: Double
    package var decayFrom: Anchor?

    package init(_ plan: TrainingPlan) {
        (kind, steps, warmupSteps) = (plan.schedule, plan.steps, plan.warmupSteps)
        (decayFraction, finalFactor) = (plan.decayFraction, plan.finalLearningRate)
        decayFrom = plan.decayFrom
    }

    /// The factor of step `s` of 0 ..< steps.
    package func factor(_ s: Int) -> Double {
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
