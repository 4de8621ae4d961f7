import Foundation
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Weights under names that others have saved them by, and flags that the weights contradict.
@Suite struct CheckpointNamesTests {
    private let scratch: Scratch
    private static let ids = someIDs(9, vocabulary: Small.vocabulary)

    init() throws { scratch = try Scratch() }

    private static func tensor(_ name: String, _ tensor: Tensor) -> SafetensorsTensor {
        SafetensorsTensor(
            name: name, dtype: .float32, shape: tensor.shape, bytes: tensor.floats.withUnsafeBytes { Array($0) })
    }

    /// Writes the model with its tensors renamed and others added, and opens it again.
    private func reopened(
        _ model: any TokenModel, config: JSONObject = [:], adding more: [SafetensorsTensor] = [],
        _ rename: (String) -> String? = { $0 }
    ) throws -> (model: any TokenModel, warnings: [String]) {
        try ModelDirectory.write(model, to: scratch.path)
        var object = try JSONFields(contentsOf: scratch("config.json")).object
        for (key, value) in config.members { object[key] = value }
        try JSONValue.object(object).write(to: scratch("config.json"))
        let tensors = model.parameters.compactMap { p in rename(p.name).map { Self.tensor($0, p.value) } }
        try SafetensorsWriter.write(tensors + more, to: scratch("model.safetensors"))
        var warnings: [String] = []
        return (try ModelDirectory.open(scratch.path) { warnings.append($0) }, warnings)
    }

    private func logits(_ model: any TokenModel) -> [UInt32] { bits(model.logits(Batch(Self.ids), .init()).floats) }

    @Test(arguments: ["module.", "_orig_mod.", "module._orig_mod.", "language_model.", "model."]) func wrappers(
        _ prefix: String
    ) throws {
        let model = try Small.qwen3.make(), (opened, warnings) = try reopened(model) { prefix + $0 }
        #expect(logits(opened) == logits(model) && warnings.isEmpty)
    }

    @Test(arguments: ["", "transformer.", "model.language_model."]) func otherPrefixes(_ prefix: String) throws {
        let model = try Small.qwen3.make(),
            (opened, warnings) = try reopened(model) {
                $0.hasPrefix("model.") ? prefix + $0.dropFirst("model.".count) : $0
            }
        #expect(logits(opened) == logits(model) && warnings.isEmpty)
    }

    @Test func wrappersInside() throws {
        let model = try Small.qwen3.make()
        let (opened, warnings) = try reopened(model) {
            $0.replacing(".self_attn.", with: "._orig_mod.self_attn._fsdp_wrapped_module.")
        }
        #expect(logits(opened) == logits(model) && warnings.isEmpty)
    }

    /// What older versions computed and saved is no news.
    @Test func computedTensors() throws {
        let model = try Small.qwen3.make(),
            more = [
                "model.layers.0.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq",
                "model.layers.1.attn.masked_bias",
            ]
        #expect(try reopened(model, adding: more.map { Self.tensor($0, numbers([5])) }).warnings.isEmpty)
        let stray = try reopened(
            model, adding: [Self.tensor("e\u{301}", numbers([1])), Self.tensor("\u{E9}", numbers([1]))]
        ).warnings
        #expect(stray.count == 2)
    }

    /// As in transformers, a stored output layer that differs from the table is used whatever the flag says; where none
    /// is stored the table is.
    @Test(arguments: [Small.qwen3, .gpt2]) func theFilesDecideWhatIsTied(_ small: Small) throws {
        let tied = try small.make(), table = tied.tokenEmbedding, head = table.value.scaled(by: -2)
        let own = try reopened(tied, adding: [Self.tensor("lm_head.weight", head)])
        #expect(
            own.warnings.count == 1 && own.warnings[0].contains("lm_head.weight differs from \(table.name) and is used")
        )
        let plain = tied.logits(Batch(Self.ids), .init()).floats
        #expect(difference(own.model.logits(Batch(Self.ids), .init()).floats, plain.map { -2 * $0 }) < 1e-3)

        let same = try reopened(tied, adding: [Self.tensor("lm_head.weight", table.value)])
        #expect(logits(same.model) == logits(tied) && same.warnings.isEmpty)

        let missing = try reopened(tied, config: ["tie_word_embeddings": false])
        #expect(logits(missing.model) == logits(tied))
        #expect(
            missing.warnings.count == 1
                && missing.warnings[0].contains("has no tensor lm_head.weight; \(table.name) is used for it"))
    }

    /// Numbers of 64 bits are read, and rounded.
    @Test func doubles() throws {
        let model = try Small.qwen3.make()
        func double(_ p: Parameter, _ change: (Double) -> Double = { $0 }) -> SafetensorsTensor {
            let bytes = p.value.floats.flatMap { value in
                withUnsafeBytes(of: change(Double(value)).bitPattern.littleEndian) { Array($0) }
            }
            return SafetensorsTensor(name: p.name, dtype: .float64, shape: p.shape, bytes: bytes)
        }
        let (opened, warnings) = try reopened(model, adding: model.parameters.map { double($0) }) { _ in nil }
        #expect(logits(opened) == logits(model) && warnings.isEmpty)
        let first = model.parameters[0]
        let text = { () -> String in
            do { _ = try reopened(model, adding: [double(first) { _ in 1e300 }]) { $0 == first.name ? nil : $0 } } catch
            { return "\(error)" }
            return ""
        }()
        #expect(
            text.contains("tensor \(first.name) holds 1e+300 in row 0, column 0, beyond what float32 can hold"),
            "\(text)")
    }

    /// Of a table that is the output layer too either name may have been stored.
    @Test(arguments: ["lm_head.weight", "language_model.lm_head.weight"]) func tableUnderTheHeadsName(
        _ name: String
    ) throws {
        let model = try Small.qwen3.make(),
            (opened, warnings) = try reopened(model) { $0 == "model.embed_tokens.weight" ? name : $0 }
        #expect(logits(opened) == logits(model) && warnings.isEmpty)
        #expect(throws: (any Error).self, "two tables, of which one is missing") {
            try reopened(model, config: ["tie_word_embeddings": false]) {
                $0 == "model.embed_tokens.weight" ? name : $0
            }
        }
    }

    /// The method is the reason, not the tensor that happened to be missed first.
    @Test(
        arguments: [
            (["quant_method": "gptq", "bits": 4], "quantization_config is gptq, 4 bits, which is not known here"),
            (["quant_method": "awq", "w_bit": 4], "awq, 4 bits"), (["load_in_8bit": true], "bitsandbytes, 8 bits"),
            (["quant_method": "compressed-tensors", "format": "pack-quantized"], "compressed-tensors, pack-quantized"),
            (["quant_method": "fp8"], "is fp8,"),
            (["quant_method": "mxfp4"], "is mxfp4,"), (["bits": 3], "without a quant_method, 3 bits"),
        ] as [(JSONValue, String)]) func quantisedWeights(config: JSONValue, reason: String) throws
    {
        let model = try Small.qwen3.make(), name = "model.layers.0.mlp.up_proj.weight"
        _ = try reopened(model)
        #expect(throws: Never.self) { try reopened(model, config: ["quantization_config": nil]) }
        let text = { () -> String in
            do {
                _ = try reopened(model, config: ["quantization_config": config]) {
                    $0 == name ? "model.layers.0.mlp.up_proj.qweight" : $0
                }
            } catch { return "\(error)" }
            return ""
        }()
        #expect(text.contains(reason) && text.contains(scratch("config.json")), "\(text)")
        // Older tools had a file of their own.
        let own = scratch("quantize_config.json")
        try JSONValue.object(["bits": 4]).write(to: own)
        defer { try? FileManager.default.removeItem(atPath: own) }
        let ofOwnFile = { () -> String in
            do { _ = try reopened(model) { $0 == name ? "model.layers.0.mlp.up_proj.qweight" : $0 } } catch {
                return "\(error)"
            }
            return ""
        }()
        #expect(ofOwnFile.contains("\(own): the quantisation is gptq, 4 bits, which is not known here"), "\(ofOwnFile)")
        try FileManager.default.removeItem(atPath: own)
        // Floats are floats.
        let floats = try reopened(model, config: ["quantization_config": config])
        #expect(
            logits(floats.model) == logits(model) && floats.warnings.count == 1
                && floats.warnings[0].contains("the weights are floats"))
    }

    /// T5's table under the name of any of its uses.
    @Test(arguments: ["shared", "encoder.embed_tokens", "decoder.embed_tokens", "lm_head"]) func tableOfT5(
        _ name: String
    ) throws {
        let config = Variant.t5[0].config, ids = someIDs(9, vocabulary: Variant.vocabulary)
        let model = try ModelDirectory.makeEncoderDecoder(
            JSONFields(.object(config), file: "config.json"), LouderWeights(seed: 5))
        try JSONValue.object(config).write(to: scratch("config.json"))
        let tensors = model.parameters.map {
            Self.tensor($0.name == "shared.weight" ? "\(name).weight" : $0.name, $0.value)
        }
        try SafetensorsWriter.write(tensors, to: scratch("model.safetensors"))
        let opened = try ModelDirectory.openEncoderDecoder(scratch.path) { Issue.record("\($0)") }
        func logits(_ model: any EncoderDecoder) -> [UInt32] {
            bits(
                model.logits(
                    Batch(
                        ids,
                        continuing: model.makeState(
                            attendingTo: model.read(ids, .init()), capacity: ids.count, type: .float32), outputs: .all),
                    .init()
                ).floats)
        }
        #expect(logits(opened) == logits(model))
        // Copies are no news, another table is.
        let table = try #require(model.parameters.first { $0.name == "shared.weight" })
        func add(_ scale: Float) throws -> any EncoderDecoder {
            let copies = ["shared", "encoder.embed_tokens", "decoder.embed_tokens"].filter { $0 != name }.map {
                Self.tensor("\($0).weight", table.value.scaled(by: scale))
            }
            try SafetensorsWriter.write(tensors + copies, to: scratch("model.safetensors"))
            return try ModelDirectory.openEncoderDecoder(scratch.path) { Issue.record("\($0)") }
        }
        #expect(try logits(add(1)) == logits(model))
        if name != "lm_head" { #expect(throws: ModelError.self) { try add(2) } }
    }

    /// BERT's norms before 2019, under the name of the class with a head.
    @Test func oldBert() throws {
        let json = try JSONFields(.object(Variant.bert.config), file: "config.json"),
            model = try ModelDirectory.makeEncoder(json, LouderWeights(seed: 5))
        try JSONValue.object(Variant.bert.config).write(to: scratch("config.json"))
        let tensors = model.parameters.map { p in
            let old = p.name.replacing("LayerNorm.weight", with: "LayerNorm.gamma").replacing(
                "LayerNorm.bias", with: "LayerNorm.beta")
            return Self.tensor("bert." + old, p.value)
        }
        let more = ["bert.pooler.dense.bias", "cls.predictions.bias", "bert.embeddings.position_ids"].map {
            Self.tensor($0, numbers([3]))
        }
        try SafetensorsWriter.write(tensors + more, to: scratch("model.safetensors"))
        let opened = try ModelDirectory.openEncoder(scratch.path) { Issue.record("\($0)") }
        #expect(
            bits(opened.encode(Batch(Self.ids), .init()).floats) == bits(model.encode(Batch(Self.ids), .init()).floats))
    }
}
