import Foundation
import Kernels
import OrreryModels
import OrreryTensor

/// AdamW over the arena, and Muon for the matrices of the hidden layers where the plan says so.
///
/// State lives in two flat arrays next to the arena's: Adam's moments; a matrix of Muon's uses the first for its
/// momentum.
final class Optimizer {
    private let arena: ParameterArena
    private let layout: WeightLayout
    private let usesMuon: Set<ObjectIdentifier>
    let moments: Storage
    let secondMoments: Storage

    init(_ arena: ParameterArena, _ model: any TokenModel, kind: TrainingPlan.OptimizerKind) {
        self.arena = arena
        layout = model.layout
        usesMuon = kind == .muon ? Set(model.hiddenMatrices.map(ObjectIdentifier.init)) : []
        moments = Storage(byteCount: arena.count * 4, zeroed: true)
        secondMoments = Storage(byteCount: arena.count * 4, zeroed: true)
    }

    /// Changes the weights by one step. Gradients are multiplied by `gradientScale` first.
    func step(_ plan: TrainingPlan, step: Int, factor: Double, gradientScale: Float) {
        arena.change { update($0, plan, step: step, factor: factor, gradientScale: gradientScale) }
    }

    private func update(
        _ weights: UnsafeMutablePointer<Float>, _ plan: TrainingPlan, step: Int, factor: Double, gradientScale: Float
    ) {
        let processor = Processor.current
        func floats(_ s: Storage) -> UnsafeMutablePointer<Float> { s.pointer.assumingMemoryBound(to: Float.self) }
        var matrices: [MuonMatrix] = []
        for (p, offset) in zip(arena.parameters, arena.offsets) {
            let (w, g, m, v) = (
                weights + offset, arena.gradientPointer + offset, floats(moments) + offset,
                floats(secondMoments) + offset
            )
            if usesMuon.contains(ObjectIdentifier(p)) {
                // of a stack each matrix by itself
                let (rows, columns) = (p.shape[p.shape.count - 2], p.shape[p.shape.count - 1])
                for at in stride(from: 0, to: p.count, by: rows * columns) {
                    matrices.append(
                        MuonMatrix(
                            weights: w + at, gradients: g + at, momentum: m + at, rows: rows, columns: columns,
                            isInputByOutput: layout == .inputByOutput))
                }
            } else {
                let adam = AdamWStep(
                    learningRate: Float(plan.learningRate * factor), beta1: plan.beta1, beta2: plan.beta2,
                    epsilon: plan.epsilon,
                    weightDecay: p.isMatrix ? plan.weightDecay : 0, step: step + 1, gradientScale: gradientScale)
                processor.adamW(adam, weights: w, gradients: g, moments: m, secondMoments: v, count: p.count)
            }
        }
        processor.muon(
            MuonStep(
                learningRate: Float(plan.muonLearningRate * factor), momentum: plan.muonMomentum,
                weightDecay: plan.muonWeightDecay,
                gradientScale: gradientScale, computeType: plan.computeType.elementType),
            matrices)
    }
}
