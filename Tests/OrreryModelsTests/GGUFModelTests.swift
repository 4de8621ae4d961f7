import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Models written as GGUF files and opened again. That llama.cpp reads the same model from them, scripts/check/check_gguf.py
/// shows.
@Suite struct GGUFModelTests {
    /// Of every architecture the same numbers, or a line that says what GGUF has no word for.
    @Test(arguments: Variant.all) func roundTrip(_ variant: Variant) throws {
        let scratch = try Scratch(), model = try variant.make(), path = scratch("m.gguf")
        do {
            try GGUFExport(model, name: variant.name, mix: .f32).write(vocabulary: [], to: path)
        } catch {
            let words = [
                "a GGUF file of", "has no place in a GGUF file", "GGUF has no name for tensor",
                "can't be written as GGUF", "llama.cpp would make of it needs",
            ]
            #expect(words.contains { "\(error)".contains($0) }, "\(error)")
            #expect(FileStatus(path) == nil, "nothing is left of a refused file")
            return
        }
        let again = try GGUFModel.open(path) { Issue.record("\($0)") }
        #expect(again.shape.layers == model.shape.layers && again.shape.keyValueHeads == model.shape.keyValueHeads)
        // Within the window, which llama.cpp has no word for in Mistral's models.
        let ids = someIDs(2 * 9, vocabulary: Variant.vocabulary)
        let (found, expected) = (
            again.logits(Batch(ids, sequences: 2), ForwardContext()).floats,
            model.logits(Batch(ids, sequences: 2), ForwardContext()).floats
        )
        #expect(relative(found, expected) < 1e-5)
    }

    /// Experts with biases, which are a stack of vectors.
    @Test func expertsWithBiases() throws {
        let variant = Variant.all.first { $0.name == "gpt_oss" }!.changed(["swiglu_limit": 7.0])
        let scratch = try Scratch(), path = scratch("m.gguf")
        try GGUFExport(variant.make(), name: variant.name, mix: .f32).write(vocabulary: [], to: path)
        try roundTrip(variant)
    }

    /// Enough variants must get through for the test above to say something.
    @Test func mostArchitecturesHaveAWord() throws {
        let scratch = try Scratch()
        let written = Variant.all.filter { variant in
            (try? GGUFExport(variant.make(), name: variant.name, mix: .f32).write(vocabulary: [], to: scratch("m.gguf")))
                != nil
        }
        #expect(
            Set(written.compactMap { $0.config["model_type"] }.map { "\($0)" }).count >= 9, "\(written.map(\.name))")
    }

    private static let wide = Variant(
        "llama of whole blocks", "llama",
        [
            "hidden_size": 256, "intermediate_size": 512, "head_dim": 32, "num_attention_heads": 8,
            "num_key_value_heads": 2, "num_hidden_layers": 2,
            "tie_word_embeddings": true,
        ])

    /// Weights in blocks: the same bits alone, in a batch of 16, on one thread, in pieces of 7 and token by token; and
    /// near to the model in floats.
    @Test(arguments: [
        WeightMix.f16, .bf16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q2_k, .q3_k_m, .q4_k_m, .q5_k_m, .q6_k, .iq4_nl,
        .iq4_xs,
    ])
    func sameBits(_ mix: WeightMix) throws {
        let scratch = try Scratch(), path = scratch("m.gguf")
        let original = try ModelDirectory.make(
            JSONFields(.object(Self.wide.config), file: "config.json"), RandomWeights(seed: 5))
        try GGUFExport(original, name: "wide", mix: mix).write(vocabulary: [], to: path)
        let model = try GGUFModel.open(path), V = Variant.vocabulary, T = 40
        let ids = someIDs(16 * T, vocabulary: V), mine = Array(ids[11 * T ..< 12 * T])
        let floats = model.logits(Batch(mine), ForwardContext()).floats, alone = bits(floats)
        #expect(relative(floats, original.logits(Batch(mine), ForwardContext()).floats) < (mix == .q2_k ? 0.8 : 0.35))
        let batch = model.logits(Batch(ids, sequences: 16), ForwardContext()).floats
        #expect(bits(Array(batch[11 * T * V ..< 12 * T * V])) == alone, "in a batch")
        let one = Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: 1)) {
            bits(model.logits(Batch(mine), ForwardContext()).floats)
        }
        #expect(one == alone, "on one thread")
        for piece in [7, 1] {
            let cache = model.makeState(capacity: T, type: .float32)
            var found: [Float] = []
            for start in stride(from: 0, to: T, by: piece) {
                let new = Array(mine[start ..< min(T, start + piece)])
                found += model.logits(Batch(new, continuing: cache, outputs: .all), ForwardContext()).floats
            }
            #expect(bits(found) == alone, "in pieces of \(piece)")
        }
    }

    /// To a directory and to a file, of a file: what is kept in floats is kept exactly.
    @Test func directoryOfAFile() throws {
        let scratch = try Scratch(), model = try Variant.all[0].make(),
            ids = someIDs(30, vocabulary: Variant.vocabulary)
        try GGUFExport(model, name: "m", mix: .f32).write(vocabulary: [], to: scratch("m.gguf"))
        try HuggingFaceExport(GGUFModel.open(scratch("m.gguf")), mix: .f32).write(files: [], to: scratch("dir"))
        let again = try ModelDirectory.open(scratch("dir")) { Issue.record("\($0)") }
        #expect(
            bits(again.logits(Batch(ids), ForwardContext()).floats)
                == bits(model.logits(Batch(ids), ForwardContext()).floats))
        #expect(
            again.configuration["model_type"] == model.configuration["model_type"]
                && again.shape.contextLength == model.shape.contextLength)
    }

    /// Every key of the metadata replaced by what it must not be, every tensor left out: an error or a model that runs,
    /// never a trap.
    @Test(arguments: [
        Variant.all[0], Variant.all.first { $0.name == "qwen2" }!, Variant.all.first { $0.name == "mixtral" }!,
    ])
    func hostileMetadata(_ variant: Variant) throws {
        let scratch = try Scratch(), path = scratch("m.gguf")
        try GGUFExport(variant.make(), name: variant.name, mix: .f32).write(vocabulary: [], to: path)
        let file = try GGUFFile(path: path)
        let wrong: [GGUFValue] = [
            .uint32(0), .uint32(1), .uint32(3), .uint32(.max), .int32(-1), .uint64(.max), .float32(0), .float32(-1),
            .float32(.nan), .float32(1e38), .float32(.infinity),
            .string(""), .string("llama"), .bool(true), .array(GGUFArray([1, 2, 3] as [Int32])),
        ]
        func tryToOpen(_ metadata: [(key: String, value: GGUFValue)], without: String? = nil) throws {
            let tensors = file.ordered.filter { $0.name != without }.map { info in
                GGUFTensor(name: info.name, type: info.type, shape: info.shape) { sink in
                    try file.bytes(of: info).withUnsafeBytes { try sink($0) }
                }
            }
            try GGUFWriter.write(metadata, tensors: tensors, to: scratch("wrong.gguf"))
            do {
                let model = try GGUFModel.open(scratch("wrong.gguf"))
                _ = model.logits(
                    Batch([Int32](repeating: 1, count: min(3, model.shape.contextLength))), ForwardContext())
            } catch { #expect("\(error)".contains("wrong.gguf") && !"\(error)".contains("\n"), "\(error)") }
        }
        for (index, pair) in file.metadata.pairs.enumerated()
        where !pair.key.hasPrefix("general.") || pair.key == "general.architecture" {
            for value in wrong {
                var metadata = file.metadata.pairs
                metadata[index].value = value
                try tryToOpen(metadata)
            }
            var metadata = file.metadata.pairs
            metadata.remove(at: index)
            try tryToOpen(metadata)
        }
        for info in file.ordered { try tryToOpen(file.metadata.pairs, without: info.name) }
    }

    @Test func anUnknownArchitectureIsNamed() throws {
        let scratch = try Scratch()
        try GGUFWriter.write([("general.architecture", .string("mamba"))], to: scratch("m.gguf"))
        #expect(
            refusal { try GGUFModel.open(scratch("m.gguf")) }.contains(
                "general.architecture \"mamba\" is not known here; known are bert, gemma2"))
    }

    private func refusal(_ body: () throws -> Any) -> String {
        do {
            _ = try body()
            return "opened"
        } catch { return "\(error)" }
    }
}
