import Foundation
import Kernels
import OrreryAutograd
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Every decoder trains ten steps as PyTorch trains the class of transformers (scripts/goldens/make_training_goldens.py).
@Suite struct TrainingGoldenTests {
    static let names = [
        "gemma2", "gemma3", "gpt2", "gpt_neox", "gpt_oss", "granite", "llama", "mistral", "mixtral", "olmo2", "phi3",
        "qwen2", "qwen3", "qwen3_moe", "qwen3_moe-normalized", "smollm3", "stablelm", "starcoder2",
    ]
    private static let sequences = 4

    /// Every gradient of the first step, and each loss of ten steps.
    @Test(arguments: names) func tenSteps(_ name: String) throws {
        let path = Golden.here.appendingPathComponent("Goldens/training/\(name)").path
        let model = try ModelDirectory.open(path), gradients = try ModelDirectory.open(path + "/gradients")
        let file = try SafetensorsFile(path: path + "/training.safetensors"),
            batches = try Golden.ints(file, "batches"),
            losses = try Golden.floats(file, "losses"), norms = try Golden.floats(file, "grad_norm")
        let size = batches.count / losses.count, arena = ParameterArena(model.parameters)
        var optimizer = GoldenOptimizer(arena)
        for step in losses.indices {
            let loss = lossAndGradient(model, arena, Array(batches[step * size ..< (step + 1) * size]))
            #expect(abs(loss - losses[step]) < 1e-5 * losses[step], "loss \(step)")
            let norm = arena.gradientNorm()
            // A rounding of the weights is a rounding of the gradient, and it grows from step to step.
            #expect(abs(norm / Double(norms[step]) - 1) < (step == 0 ? 1e-5 : 1e-4), "gradient norm \(step)")
            if step == 0 {
                compareGradients(model.parameters, gradients.parameters, norm: norm)
            }
            optimizer.step(arena, clippedFrom: norm)
        }
    }

    private func lossAndGradient(_ model: any TokenModel, _ arena: ParameterArena, _ ids: [Int32]) -> Float {
        let T = ids.count / Self.sequences, targets = ids.indices.map { $0 % T == T - 1 ? -1 : ids[$0 + 1] }
        arena.zeroGradients()
        let tape = Tape(watching: model.parameters)
        let loss = tape.record {
            model.logits(Batch(ids, sequences: Self.sequences), ForwardContext()).crossEntropy(targets)
        }
        tape.backward(from: loss)
        return loss.floats[0]
    }
}

/// AdamW as the goldens have it, gradients clipped to 1.
private struct GoldenOptimizer {
    private var moments: [Float]
    private var secondMoments: [Float]
    private var done = 0

    init(_ arena: ParameterArena) {
        moments = [Float](repeating: 0, count: arena.count)
        secondMoments = moments
    }

    mutating func step(_ arena: ParameterArena, clippedFrom norm: Double) {
        done += 1
        for (p, offset) in zip(arena.parameters, arena.offsets) {
            Processor.current.adamW(
                .golden(done, isMatrix: p.isMatrix, scale: Float(min(1, 1 / (norm + 1e-6)))),
                weights: arena.valuePointer + offset, gradients: arena.gradientPointer + offset,
                moments: &moments[offset], secondMoments: &secondMoments[offset], count: p.count)
        }
        arena.dropPackedCopies()
    }
}

/// Every gradient within 1e-5 of PyTorch's, or of a hundredth of the whole gradient: what a softmax does not see, as a
/// bias of keys, has none but rounding.
func compareGradients(_ parameters: [Parameter], _ expected: [Parameter], norm: Double) {
    #expect(parameters.map(\.name) == expected.map(\.name) && parameters.map(\.shape) == expected.map(\.shape))
    for (p, expected) in zip(parameters, expected) {
        let (found, own) = (p.gradient!.floats, expected.value.floats)
        let error = length(zip(found, own).map { $0 - $1 }) / max(length(own), 1e-2 * norm)
        #expect(error < 1e-5, "gradient of \(p.name): \(error)")
    }
}

private func length(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
