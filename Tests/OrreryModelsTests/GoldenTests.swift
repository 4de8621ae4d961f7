import Kernels
import OrreryAutograd
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What transformers and PyTorch compute for the project's own goldens.
@Suite struct GoldenTests {
    @Test(arguments: Golden.all) func hiddenStatesAndLogits(_ golden: Golden) throws { try compareInference(golden) }
    @Test(arguments: Golden.all) func greedyContinuation(_ golden: Golden) throws { try compareGreedy(golden) }
    @Test(arguments: Golden.all) func tenSteps(_ golden: Golden) throws {
        try compareTraining(golden, step: AdamWStep.golden)
    }
}

/// The same for the models of ../shared/reference.
@Suite(.enabled(if: FileStatus(Golden.shared) != nil, "../shared/reference is not there"), .serialized)
struct SharedReferenceTests {
    static let architectures = ["gpt2", "qwen3", "llama", "gemma3", "mixtral"]
    static let trained = ["gpt2", "qwen3"]

    private func golden(_ name: String) throws -> Golden {
        try Golden(Golden.shared + "/" + name, tensors: "reference.safetensors", training: "training.safetensors")
    }

    @Test(arguments: architectures) func hiddenStatesAndLogits(_ name: String) throws {
        try compareInference(golden(name))
    }
    @Test(arguments: architectures) func greedyContinuation(_ name: String) throws { try compareGreedy(golden(name)) }
    @Test(arguments: trained) func tenSteps(_ name: String) throws {
        try compareTraining(golden(name), step: AdamWStep.golden)
    }
}

extension AdamWStep {
    static func golden(_ step: Int, isMatrix: Bool, scale: Float) -> AdamWStep {
        AdamWStep(
            learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: isMatrix ? 0.1 : 0, step: step,
            gradientScale: scale)
    }
}

/// The issue asks for 1e-4 of the largest; float32 on both sides reaches 1e-5, ten times the rounding of numbers of
/// this size.
private func compareInference(_ golden: Golden) throws {
    let model = try golden.model()
    let recorder = Recorder { [.residualPre, .finalNormOut].contains($0.point) }
    let logits = model.logits(Batch(try golden.ints("input_ids"), sequences: 2), ForwardContext(taps: recorder))
    let layers = model.shape.layers
    for layer in 0 ... layers {
        let found = layer < layers ? recorder[.residualPre, layer] : recorder[.finalNormOut]
        let expected = try golden.floats("hidden.\(layer)"), error = difference(try #require(found).floats, expected)
        #expect(error < 1e-5 * largest(expected), "hidden.\(layer)")
    }
    let expected = try golden.floats("logits"), error = difference(logits.floats, expected)
    #expect(error < 1e-5 * largest(expected), "logits")
}

/// With the cache and without, 48 tokens are those of transformers.
private func compareGreedy(_ golden: Golden) throws {
    let model = try golden.model(), V = model.shape.vocabularySize
    let ids = try golden.ints("input_ids"), expected = try golden.ints("greedy")
    let prompts = [Array(ids[0 ..< 16]), Array(ids[40 ..< 56])]

    func next(_ tokens: [[Int32]], _ states: [any SequenceState]?) -> [Int32] {
        let runs = tokens.indices.map { Batch.Run(count: tokens[$0].count, state: states?[$0]) }
        let logits = model.logits(Batch(tokens.flatMap { $0 }, runs: runs, outputs: .last), ForwardContext()).floats
        return (0 ..< 2).map { argmax(logits[$0 * V ..< ($0 + 1) * V]) }
    }

    var cached = prompts, plain = prompts, new = prompts
    let states = (0 ..< 2).map { _ in model.makeState(capacity: 64, type: .float32) }
    for _ in 0 ..< 48 {
        new = next(new, states).map { [$0] }
        for (b, id) in next(plain, nil).enumerated() {
            cached[b] += new[b]
            plain[b].append(id)
        }
    }
    #expect(cached.flatMap { $0 } == expected)
    #expect(plain.flatMap { $0 } == expected)
}

/// Gradients of the first step within 1e-5, relative L2; ten losses within 1e-5; the weights after ten steps.
///
/// AdamW's first steps are lr m̂ / √v̂ with m̂ and v̂ from the same few gradients, so an element moves by about lr in
/// the direction of its gradient's sign however small the gradient is. Where it is nothing but rounding (the key bias:
/// a softmax does not see a number added to all its scores) that direction is noise, in PyTorch as here. The tolerance
/// per tensor is therefore 1e-5 and ten times `noise`: how far PyTorch's own result lies from the one that it computes
/// in float64. Where there is no such figure (../shared/reference) it is 1e-4, and biases of keys are left out.
private func compareTraining(_ golden: Golden, step make: (Int, Bool, Float) -> AdamWStep) throws {
    let model = try golden.model(), file = try #require(golden.training)
    let batches = try Golden.ints(file, "batches"), losses = try Golden.floats(file, "losses"),
        norms = try Golden.floats(file, "grad_norm")
    let T = file.tensors["batches"]!.shape[2], size = 4 * T
    let arena = ParameterArena(model.parameters)
    var moments = [Float](repeating: 0, count: arena.count), secondMoments = moments
    for step in 0 ..< losses.count {
        let ids = Array(batches[step * size ..< (step + 1) * size])
        let targets = (0 ..< size).map { $0 % T == T - 1 ? -1 : ids[$0 + 1] }
        arena.zeroGradients()
        let tape = Tape(watching: model.parameters)
        let loss = tape.record { model.logits(Batch(ids, sequences: 4), ForwardContext()).crossEntropy(targets) }
        tape.backward(from: loss)
        #expect(abs(loss.floats[0] - losses[step]) < 1e-5, "loss \(step)")
        let norm = arena.gradientNorm()
        #expect(abs(norm / Double(norms[step]) - 1) < 1e-5, "gradient norm \(step)")
        if step == 0 {
            for p in model.parameters {
                let expected = try Golden.floats(file, "grad." + p.name)
                // What a softmax does not see has no gradient to compare with: measured against the norm of all.
                let isZero = expected.allSatisfy { abs($0) < 1e-6 }
                let error =
                    isZero
                    ? Double(difference(p.gradient!.floats, expected)) / norm : relative(p.gradient!.floats, expected)
                #expect(error < 1e-5, "grad.\(p.name)")
            }
        }
        for (p, offset) in zip(arena.parameters, arena.offsets) {
            Processor.current.adamW(
                make(step + 1, p.isMatrix, Float(min(1, 1 / (norm + 1e-6)))), weights: arena.valuePointer + offset,
                gradients: arena.gradientPointer + offset, moments: &moments[offset],
                secondMoments: &secondMoments[offset], count: p.count)
        }
        arena.dropPackedCopies()
    }
    for p in model.parameters {
        let expected = try Golden.floats(file, "adamw." + p.name)
        let noise = try file.tensors["noise." + p.name].map { _ in try Golden.floats(file, "noise." + p.name)[0] }
        if noise == nil, p.name.hasSuffix("c_attn.bias") || p.name.hasSuffix("k_proj.bias") { continue }
        #expect(relative(p.value.floats, expected) < (noise.map { 1e-5 + 10 * Double($0) } ?? 1e-4), "adamw.\(p.name)")
    }
}

private func largest(_ x: [Float]) -> Float { x.reduce(1) { max($0, abs($1)) } }
