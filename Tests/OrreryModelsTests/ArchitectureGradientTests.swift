import Kernels
import OrreryAutograd
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Every decoder can be trained: along its own gradient the loss falls as fast as the
/// gradient says.
@Suite struct ArchitectureGradientTests {
    @Test(arguments: Variant.all) func lossFallsAlongTheGradient(_ variant: Variant) throws {
        let model = try everyExpertUsed(variant).make(), T = 20
        let ids = someIDs(2 * T, vocabulary: Variant.vocabulary),
            targets = someIDs(2 * T, vocabulary: Variant.vocabulary, seed: 4)
        let arena = ParameterArena(model.parameters)
        func loss() -> Tensor { model.logits(Batch(ids, sequences: 2), ForwardContext()).crossEntropy(targets) }
        arena.zeroGradients()
        let tape = Tape(watching: model.parameters)
        tape.backward(from: tape.record(loss))
        for p in model.parameters { #expect(p.gradient!.floats.allSatisfy { $0.isFinite }, "\(p.name)") }
        // Steps of lengths h and 2h along g / |g| and against it: the loss changes by h |g|, to fourth order.
        let norm = arena.gradientNorm(), h: Float = 4e-3
        let start = model.parameters.map { $0.value.floats }
        func lossAfter(_ step: Float) -> Double {
            for (p, values) in zip(model.parameters, start) {
                p.assign(Tensor(zip(values, p.gradient!.floats).map { $0 + step * $1 / Float(norm) }, shape: p.shape))
            }
            return Double(loss().floats[0])
        }
        func difference(_ step: Float) -> Double { lossAfter(step) - lossAfter(-step) }
        let slope = (8 * difference(h) - difference(2 * h)) / (12 * Double(h))
        #expect(abs(slope / norm - 1) < 0.02, "\(slope), and the gradient's length is \(norm)")
    }

    /// Which experts are chosen is no smooth function of the weights: where all are, none changes along the way.
    private func everyExpertUsed(_ variant: Variant) -> Variant {
        let experts = ["num_local_experts", "num_experts"].compactMap { variant.config[$0] }
        return experts.isEmpty ? variant : variant.changed(["num_experts_per_tok": experts[0]])
    }
}
