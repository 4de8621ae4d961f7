import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// BERT and T5 as GGUF files. That llama.cpp reads the same models, scripts/check/check_gguf.py shows.
@Suite struct GGUFEncoderTests {
    private func fields(_ variant: Variant) throws -> JSONFields {
        try JSONFields(.object(variant.config), file: "config.json")
    }

    @Test func bert() throws {
        let scratch = try Scratch(),
            model = try ModelDirectory.makeEncoder(fields(Variant.bert), LouderWeights(seed: 5)),
            path = scratch("m.gguf")
        try GGUFExport(model, name: "bert", mix: .f32).write(vocabulary: [], to: path)
        #expect(try ModelFiles.kind(of: path) == .encoder)
        let again = try ModelFiles.openEncoder(path) { Issue.record("\($0)") },
            ids = someIDs(30, vocabulary: Variant.vocabulary)
        #expect(
            relative(
                again.encode(Batch(ids), ForwardContext()).floats, model.encode(Batch(ids), ForwardContext()).floats)
                < 1e-6)
        try HuggingFaceExport(again, mix: .f32).write(files: [], to: scratch("dir"))
        let back = try ModelFiles.openEncoder(scratch("dir")) { Issue.record("\($0)") }
        #expect(
            bits(back.encode(Batch(ids), ForwardContext()).floats)
                == bits(again.encode(Batch(ids), ForwardContext()).floats))
    }

    @Test(arguments: Variant.t5) func t5(_ variant: Variant) throws {
        var config = variant.config
        config["relative_attention_max_distance"] = 128  // llama.cpp has no other
        let scratch = try Scratch(), path = scratch("m.gguf")
        let model = try ModelDirectory.makeEncoderDecoder(
            JSONFields(.object(config), file: "config.json"), LouderWeights(seed: 5))
        try GGUFExport(model, name: "t5", mix: .f32).write(vocabulary: [], to: path)
        #expect(try ModelFiles.kind(of: path) == .encoderDecoder)
        let source = someIDs(33, vocabulary: Variant.vocabulary, seed: 3),
            ids = someIDs(20, vocabulary: Variant.vocabulary)
        func logits(_ model: any EncoderDecoder) -> [Float] {
            let state = model.makeState(
                attendingTo: model.read(source, ForwardContext()), capacity: ids.count, type: .float32)
            return model.logits(Batch(ids, continuing: state, outputs: .all), ForwardContext()).floats
        }
        let again = try ModelFiles.openEncoderDecoder(path) { Issue.record("\($0)") }
        #expect(relative(logits(again), logits(model)) < 1e-5)
        try HuggingFaceExport(again, mix: .f32).write(files: [], to: scratch("dir"))
        #expect(
            bits(logits(try ModelFiles.openEncoderDecoder(scratch("dir")) { Issue.record("\($0)") }))
                == bits(logits(again)))
    }

    /// A model that GGUF has no word for is refused before a byte is written, and what was there stays.
    @Test func aRefusedFileLeavesTheOldOne() throws {
        let scratch = try Scratch(), path = scratch("m.gguf")
        let model = try ModelDirectory.makeEncoder(fields(Variant.bert), LouderWeights(seed: 5))
        try GGUFExport(model, name: "bert", mix: .f32).write(vocabulary: [], to: path)
        let before = try WholeFile.read(path, limit: 1 << 24)
        var config = Variant.bert.config
        config["hidden_act"] = "relu"
        let other = try ModelDirectory.makeEncoder(
            JSONFields(.object(config), file: "config.json"), LouderWeights(seed: 6))
        #expect(throws: ModelError.self) {
            try GGUFExport(other, name: "bert", mix: .f32).write(vocabulary: [], to: path)
        }
        #expect(try WholeFile.read(path, limit: 1 << 24) == before)
    }
}
