import Foundation
import OrreryFiles
import OrreryModels
import OrreryNN
import Testing

/// Keys of GGUF files that are a number or an array with one for each layer.
@Suite struct GGUFLayerListTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A model's file with other metadata.
    private func reopened(_ variant: Variant, _ changed: [(key: String, value: GGUFValue?)]) throws -> any TokenModel {
        try GGUFExport(variant.make(), name: "m", mix: .f32).write(vocabulary: [], to: scratch("m.gguf"))
        let file = try GGUFFile(path: scratch("m.gguf"))
        var metadata = file.metadata.pairs
        for (key, value) in changed {
            metadata.removeAll { $0.key == key }
            if let value { metadata.append((key, value)) }
        }
        let tensors = file.ordered.map { info in
            GGUFTensor(name: info.name, type: info.type, shape: info.shape) { sink in
                try file.bytes(of: info).withUnsafeBytes { try sink($0) }
            }
        }
        try GGUFWriter.write(metadata, tensors: tensors, to: scratch("changed.gguf"))
        return try GGUFModel.open(scratch("changed.gguf"))
    }

    private func refusal(_ variant: Variant, _ changed: [(key: String, value: GGUFValue?)]) -> String {
        do { _ = try reopened(variant, changed) } catch { return "\(error)" }
        return "opened"
    }

    /// Equal numbers are one, as in llama.cpp.
    @Test func equalNumbers() throws {
        let variant = try #require(Variant.all.first { $0.name == "qwen2" }), model = try variant.make(),
            layers = model.shape.layers
        func list(_ key: String, _ number: Int) -> (key: String, value: GGUFValue?) {
            ("qwen2.\(key)", .array(GGUFArray(Array(repeating: Int32(number), count: layers))))
        }
        guard case .int(let width)? = model.configuration["intermediate_size"] else {
            throw FileError.request("m.gguf", "has no intermediate_size")
        }
        let again = try reopened(
            variant,
            [
                list("attention.head_count", model.shape.heads),
                list("attention.head_count_kv", model.shape.keyValueHeads), list("feed_forward_length", Int(width)),
            ])
        let ids = someIDs(20, vocabulary: Variant.vocabulary)
        #expect(relative(again.logits(Batch(ids), .init()).floats, model.logits(Batch(ids), .init()).floats) < 1e-5)
        var numbers = Array(repeating: Int32(model.shape.keyValueHeads), count: layers)
        numbers[1] = 1
        let differ = refusal(variant, [("qwen2.attention.head_count_kv", .array(GGUFArray(numbers)))])
        #expect(
            differ.contains(
                "qwen2.attention.head_count_kv\": expected the same number for each layer: layers that differ in it are not known here, found \(numbers[0]) for layer 0 and 1 for layer 1"
            ), "\(differ)")
        #expect(
            refusal(variant, [("qwen2.attention.head_count_kv", .array(GGUFArray([1] as [Int32])))]).contains(
                "an array of \(layers), one for each layer"))
    }

    /// A file without the number of key-value heads has as many as heads, whatever Hugging Face's class has.
    @Test func missingKeyValueHeads() throws {
        let variant = Variant(
            "mixtral of equal heads", "mixtral",
            [
                "hidden_size": 64, "intermediate_size": 32, "num_attention_heads": 16, "num_key_value_heads": 16,
                "num_hidden_layers": 1, "num_local_experts": 2, "num_experts_per_tok": 1,
            ])
        #expect(try reopened(variant, [("llama.attention.head_count_kv", nil)]).shape.keyValueHeads == 16)
    }

    /// Which layers have a window, where the file says so.
    @Test func windowPattern() throws {
        let variant = Variant("gemma2 as GGUF has it", "gemma2", ["sliding_window": 8, "query_pre_attn_scalar": 10]),
            layers = try variant.make().shape.layers
        func windows(_ pattern: GGUFValue) throws -> [Bool] {
            let model = try reopened(variant, [("gemma2.attention.sliding_window_pattern", pattern)])
            return (0 ..< layers).map { model.slidingWindow(layer: $0) != nil }
        }
        #expect(try windows(.uint32(2)) == (0 ..< layers).map { $0 % 2 == 0 })
        #expect(try windows(.uint32(1)) == Array(repeating: false, count: layers))
        #expect(
            try windows(.array(GGUFArray((0 ..< layers).map { Int32($0 == 1 ? 1 : 0) })))
                == (0 ..< layers).map { $0 == 1 })
        #expect(
            refusal(variant, [("gemma2.attention.sliding_window_pattern", .array(GGUFArray([1] as [Int32])))]).contains(
                "sliding_window_pattern"))
    }
}
