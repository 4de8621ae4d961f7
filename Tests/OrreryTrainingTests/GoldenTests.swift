import Foundation
import Kernels
import OrreryFiles
import OrreryTensor
import OrreryTokenizerTraining
import OrreryTokenizers
import OrreryTraining
import Testing

private let sharedReference = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/reference").path

/// The trainer's own steps on the models of ../shared/reference, against PyTorch's: ten losses and gradient norms
/// within 1e-5, the gradients of the first step within 1e-5 of their norm. The models' tests compare the same with a
/// loop of their own; here it is the trainer that clips, decays and steps, in one piece and in micro-batches.
@Suite(.enabled(if: FileStatus(sharedReference) != nil, "../shared/reference is not there"), .serialized)
struct GoldenTests {
    @Test(arguments: ["gpt2", "qwen3"], [4, 2]) func tenSteps(_ name: String, microBatch: Int) throws {
        let reference = try SafetensorsFile(path: "\(sharedReference)/\(name)/training.safetensors")
        let trainer = try trainer(name, microBatch: microBatch)
        let batches = try ints(reference, "batches"), losses = try floats(reference, "losses"),
            norms = try floats(reference, "grad_norm")
        let T = 32, size = 4 * T
        for step in 0 ..< 10 {
            let ids = Array(batches[step * size ..< (step + 1) * size])
            // the last position of a sequence predicts nothing
            let targets = (0 ..< size).map { $0 % T == T - 1 ? -1 : ids[$0 + 1] }
            let result = try trainer.runStep(on: TokenBatch(inputs: ids, targets: targets, sequences: 4))
            #expect(abs(result.loss - Double(losses[step])) < 1e-5, "loss \(step)")
            #expect(abs(result.gradientNorm / Double(norms[step]) - 1) < 1e-5, "gradient norm \(step)")
            if step == 0 { try compareGradients(trainer, reference, targets: targets.count { $0 >= 0 }) }
        }
        // AdamW moves an element by the sign of a gradient that is nothing but rounding, in PyTorch as here: the keys'
        // biases are left out.
        for p in trainer.arena.parameters where !p.name.hasSuffix("c_attn.bias") {
            #expect(relative(p.value.floats, try floats(reference, "adamw.\(p.name)")) < 1e-4, "adamw.\(p.name)")
        }
    }

    /// Documents of unequal lengths with unequal masks, packed: their mean over all targets of the step, however they
    /// are cut into micro-batches and whether the logits are there at once (scripts/goldens/make_masked_goldens.py).
    @Test(arguments: ["gpt2", "qwen3"], [6, 3, 2, 1]) func maskedDocuments(_ name: String, microBatch: Int) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/masked.json"
        ).path
        let golden = try JSONFields(contentsOf: path).fieldsIfPresent(name)!,
            gradients = try golden.fieldsIfPresent("gradients")!
        for objective in [NextTokenLoss(), NextTokenLoss(pieceBytes: 1, wholeBytes: 0)] {
            let trainer = try trainer(name, batch: 6, microBatch: microBatch), V = trainer.model.shape.vocabularySize
            trainer.objective = objective
            var batch = TokenBatch(inputs: [], targets: [], lengths: [])
            for (d, length) in [5, 17, 32, 9, 1, 24].enumerated() {
                batch.lengths.append(length)
                batch.inputs += (0 ..< length).map { Int32(1 + (7 * d + 3 * $0 + $0 * $0) % (V - 1)) }
                batch.targets += (0 ..< length).map { ($0 * 5 + d) % (2 + d) == 0 ? -1 : Int32((11 * d + 5 * $0) % V) }
            }
            let result = try trainer.runStep(on: batch), counted = Float(try golden.int("targets"))
            #expect(abs(result.loss - (try golden.doubleIfPresent("loss")!)) < 1e-5)
            #expect(abs(result.gradientNorm / (try golden.doubleIfPresent("norm")!) - 1) < 1e-5)
            for (p, offset) in zip(trainer.arena.parameters, trainer.arena.offsets) {
                let found = UnsafeBufferPointer(start: trainer.arena.gradientPointer + offset, count: p.count).reduce(0)
                { $0 + Double($1) * Double($1) }
                let want = try gradients.doubleIfPresent(p.name)!
                #expect(abs(found.squareRoot() / Double(counted) - want) < 1e-5 * want + 1e-7, "grad.\(p.name)")
            }
        }
    }

    /// - Parameter targets: those that count; the arena holds the gradient of the sum over them.
    private func compareGradients(_ trainer: Trainer, _ reference: SafetensorsFile, targets: Int) throws {
        for (p, offset) in zip(trainer.arena.parameters, trainer.arena.offsets) {
            let found = UnsafeBufferPointer(start: trainer.arena.gradientPointer + offset, count: p.count).map {
                $0 / Float(targets)
            }
            #expect(relative(found, try floats(reference, "grad.\(p.name)")) < 1e-5, "grad.\(p.name)")
        }
    }

    private func trainer(_ name: String, batch: Int = 4, microBatch: Int) throws -> Trainer {
        let config = try JSONValue(contentsOf: "\(sharedReference)/\(name)/config.json")
        func int(_ key: String) throws -> Int {
            guard case .int(let value)? = config[key] else {
                throw FileError.field(key, of: "config.json", expected: "an integer")
            }
            return Int(value)
        }
        var model =
            name == "gpt2"
            ? ModelPlan(
                architecture: .gpt2, layers: try int("n_layer"), width: try int("n_embd"), heads: try int("n_head"))
            : ModelPlan(
                architecture: .qwen3, layers: try int("num_hidden_layers"), width: try int("hidden_size"),
                heads: try int("num_attention_heads"),
                keyValueHeads: try int("num_key_value_heads"), headSize: try int("head_dim"),
                intermediate: try int("intermediate_size"))
        (model.bias, model.exactGelu, model.tiedEmbeddings) = (name == "gpt2", false, name == "gpt2")
        var plan = TrainingPlan(model: model)
        (plan.batch, plan.microBatch, plan.context, plan.computeType) = (
            batch, microBatch, name == "gpt2" ? try int("n_positions") : 32, .float32
        )
        (plan.schedule, plan.warmupSteps, plan.learningRate, plan.beta2, plan.validationFraction) = (
            .constant, 0, 1e-3, 0.95, 0
        )
        // as many characters as the model has rows
        let alphabet = try String(
            String.UnicodeScalarView((0 ..< int("vocab_size")).map { Unicode.Scalar(UInt16(0x100 + $0))! }))
        let tokenizer = try Array(alphabet.utf8).withUnsafeBufferPointer {
            try TokenizerKind.character.makeTokenizer(training: $0)
        }
        let ids = [TokenID](repeating: 0, count: plan.context + 1)
        let dataset = try TokenDataset(
            ids, validationFraction: 0, contextLength: plan.context, name: name,
            vocabularySize: tokenizer.vocabularySize)
        let trainer = try Trainer(plan, tokenizer: tokenizer, dataset: dataset)
        let weights = try SafetensorsFile(path: "\(sharedReference)/\(name)/model.safetensors")
        for p in trainer.arena.parameters { p.assign(Tensor(try floats(weights, p.name), shape: p.shape)) }
        return trainer
    }

    private func floats(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
        try file.bytes(of: name).withUnsafeBytes { b in
            (0 ..< b.count / 4).map { b.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    private func ints(_ file: SafetensorsFile, _ name: String) throws -> [Int32] {
        try floats(file, name).map { Int32(bitPattern: $0.bitPattern) }
    }
}
