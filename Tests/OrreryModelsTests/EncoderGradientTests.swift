import Kernels
import OrreryAutograd
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Gradients of an encoder, and of an encoder with the decoder that reads it, next to PyTorch's
/// (scripts/goldens/make_training_goldens.py): attention both ways, to another sequence, and learned distances.
@Suite struct EncoderGradientTests {
    private func golden(_ name: String) throws -> (path: String, file: SafetensorsFile) {
        let path = Golden.here.appendingPathComponent("Goldens/training/\(name)").path
        return (path, try SafetensorsFile(path: path + "/golden.safetensors"))
    }

    private func batch(_ file: SafetensorsFile, _ name: String) throws -> Batch {
        let lengths = try Golden.ints(file, name + "_lengths")
        return Batch(try Golden.ints(file, name), runs: lengths.map { Batch.Run(count: Int($0)) })
    }

    @Test func encoder() throws {
        let golden = try golden("bert"), model = try ModelDirectory.openEncoder(golden.path)
        let arena = ParameterArena(model.parameters), tape = Tape(watching: model.parameters)
        let weights = try Golden.floats(golden.file, "weights"), batch = try batch(golden.file, "source")
        let loss = tape.record { model.encode(batch, ForwardContext()).weightedSum(weights) }
        let gradients = try ModelDirectory.openEncoder(golden.path + "/gradients")
        try compare(loss, tape, arena, gradients, golden.file)
    }

    @Test(arguments: ["t5", "t5-gated"]) func encoderWithDecoder(_ name: String) throws {
        let golden = try golden(name), model = try ModelDirectory.openEncoderDecoder(golden.path)
        let arena = ParameterArena(model.parameters), tape = Tape(watching: model.parameters)
        let source = try batch(golden.file, "source"), target = try batch(golden.file, "target")
        let loss = tape.record {
            model.unembed(model.hidden(target, attendingTo: source, ForwardContext()), ForwardContext())
                .crossEntropy(nextIDs(target))
        }
        let gradients = try ModelDirectory.openEncoderDecoder(golden.path + "/gradients")
        try compare(loss, tape, arena, gradients, golden.file)
    }

    /// What a decoder computes in training is what it computes while it writes, to the bit.
    @Test(arguments: Variant.t5, [ElementType.float32, .bfloat16])
    func readingIsTheSame(_ variant: Variant, type: ElementType) throws {
        let model = try ModelDirectory.makeEncoderDecoder(
            JSONFields(.object(variant.config), file: "config.json"), LouderWeights(seed: 5))
        let context = ForwardContext(computeType: type)
        let texts = [9, 70].map { someIDs($0, vocabulary: Variant.vocabulary, seed: UInt64($0)) }
        let answers = [80, 5].map { someIDs($0, vocabulary: Variant.vocabulary, seed: UInt64($0)) }
        let together = model.hidden(
            Batch(answers.flatMap { $0 }, runs: answers.map { Batch.Run(count: $0.count) }),
            attendingTo: Batch(texts.flatMap { $0 }, runs: texts.map { Batch.Run(count: $0.count) }), context)
        let alone = zip(texts, answers).flatMap { text, answer in
            let state = model.makeState(
                attendingTo: model.read(text, context), capacity: answer.count, type: CacheType(type))
            return bits(model.hidden(Batch(answer, continuing: state, outputs: .all), context).floats)
        }
        #expect(bits(together.floats) == alone)
    }

    private func compare(
        _ loss: Tensor, _ tape: Tape, _ arena: ParameterArena, _ gradients: any Model, _ file: SafetensorsFile
    ) throws {
        #expect(abs(loss.floats[0] / (try Golden.floats(file, "loss")[0]) - 1) < 1e-5)
        tape.backward(from: loss)
        compareGradients(arena.parameters, gradients.parameters, norm: arena.gradientNorm())
    }

    /// What each id predicts; the last of a text nothing.
    private func nextIDs(_ batch: Batch) -> [Int32] {
        var first = 0
        return batch.runs.flatMap { run in
            defer { first += run.count }
            return batch.ids[first + 1 ..< first + run.count] + [-1]
        }
    }
}
