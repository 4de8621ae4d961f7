import Foundation

/// What a run will ask of memory, known before it is asked for.
enum MemoryNeed {
    /// Bytes: weights, gradients and two moments in float32, packed copies, and the activations of a micro-batch.
    static func bytes(_ plan: TrainingPlan, vocabularySize: Int) -> Double {
        let m = plan.model
        let weights = Double(m.parameterCount(vocabularySize: vocabularySize, context: plan.context).all)
        let tokens = Double(plan.microBatch * plan.context)
        let perLayer = Double(8 * m.width + 6 * m.heads * m.headSize + 4 * m.intermediate) * 4
        let kept =
            plan.gradientCheckpointing == true
            ? perLayer + Double(4 * m.width * m.layers) : perLayer * Double(m.layers)
        return weights * (16 + 8) + tokens * (kept + Double(vocabularySize) * 12)
    }

    static func check(_ plan: TrainingPlan, vocabularySize: Int) throws {
        let needed = bytes(plan, vocabularySize: vocabularySize),
            available = Double(ProcessInfo.processInfo.physicalMemory)
        guard needed < 0.9 * available else {
            func gigabytes(_ x: Double) -> String { String(format: "%.1f GB", x / 1e9) }
            throw TrainingError.plan(
                "this run needs about \(gigabytes(needed)) of memory and the machine has \(gigabytes(available)); make `microBatch`, `context`, `width` or `layers` smaller"
            )
        }
    }
}
