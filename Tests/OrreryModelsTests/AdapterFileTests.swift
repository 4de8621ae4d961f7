import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Adapters as files: what PEFT computes with its own, and what is refused.
@Suite struct AdapterFileTests {
    /// scripts/goldens/make_adapter_goldens.py
    @Test(arguments: Golden.names.filter { $0 != "gpt2-without-biases" }) func asPEFT(_ name: String) throws {
        let directory = Golden.here.appendingPathComponent("Goldens/adapter-\(name)").path
        let model = try ModelDirectory.open(Golden.here.appendingPathComponent("Goldens/\(name)").path)
        let golden = try SafetensorsFile(path: directory + "/golden.safetensors")
        let adapter = try AdapterFiles.open(directory, for: model)
        let found = model.logits(
            Batch(try Golden.ints(golden, "input_ids")).adapted(by: adapter), ForwardContext())
        #expect(relative(found.floats, try Golden.floats(golden, "logits")) < 1e-5)
    }

    private typealias Tensors = [(name: String, value: Tensor)]

    private func logits(
        _ config: JSONObject = [:], scale: Float = 1, rank: Int = 3, _ change: (inout Tensors) -> Void = { _ in }
    ) throws -> (found: [Float], expected: [Float]) {
        let scratch = try Scratch(), model = try Small.qwen3.make(), merged = try Small.qwen3.make()
        let random = try RandomAdapter(
            model, to: scratch("a"), seed: 5, rank: rank, config: config, scale: scale, change: change)
        random.merge(into: merged)
        let ids = someIDs(20, vocabulary: Small.vocabulary), adapter = try AdapterFiles.open(scratch("a"), for: model)
        return (
            model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats,
            merged.logits(Batch(ids), ForwardContext()).floats
        )
    }

    /// alpha / r, or alpha / sqrt(r), which patterns of names may say for some modules.
    @Test func scales() throws {
        for (config, scale) in [
            (["lora_alpha": 6], 2), (["lora_alpha": 6, "use_rslora": true], 6 / Float(3).squareRoot()),
            (["lora_alpha": 1.5], 0.5), (["alpha_pattern": ["_proj": 1, ".*_proj": 12]], 4),
            (["alpha_pattern": ["^model\\.layers\\.[0-9]+\\..*": 9]], 3), (["alpha_pattern": ["mlp": 9]], 16 / 3),
            (["r": 7, "rank_pattern": ["(q|k|v|o)_proj": 3, "mlp\\.\\w+": 3], "lora_alpha": 6], 2),
        ] as [(JSONObject, Float)] {
            let (found, expected) = try logits(config, scale: scale)
            #expect(relative(found, expected) < 1e-5, "\(config)")
        }
    }

    /// Names as other classes and other ways of saving have them.
    @Test func otherNames() throws {
        for (from, to) in [
            ("base_model.model.model.", "base_model.model."), ("base_model.model.", ""),
            ("base_model.model.", "base_model.model._orig_mod."), ("_A.weight", "_A.default.weight"),
        ] {
            let (found, expected) = try logits(scale: 16 / 3) { tensors in
                for index in tensors.indices { tensors[index].name.replace(from, with: to) }
            }
            #expect(relative(found, expected) < 1e-5, "\(from) \(to)")
        }
    }

    @Test func refusals() throws {
        func message(_ config: JSONObject = [:], _ change: (inout Tensors) -> Void = { _ in }) -> String {
            do {
                _ = try logits(config, change)
                return "nothing"
            } catch { return "\(error)" }
        }
        let q = "base_model.model.model.layers.1.self_attn.q_proj"
        func place(_ tensors: Tensors, _ part: String) -> Int { tensors.firstIndex { $0.name == "\(q).\(part)" }! }
        for (config, words) in [
            (["peft_type": "IA3"], ["\"peft_type\"", "expected LORA", "\"IA3\""]),
            (["use_dora": true], ["\"use_dora\"", "DoRA", "merge_and_unload"]),
            (
                ["init_lora_weights": "pissa_niter_4"],
                ["\"init_lora_weights\"", "path_initial_model_for_weight_conversion"]
            ),
            (["alora_invocation_tokens": [1]], ["\"alora_invocation_tokens\"", "aLoRA"]),
            (["rank_pattern": ["(": 3]], ["\"rank_pattern.(\"", "regular expression"]),
            (["r": 0], ["\"r\"", "found 0"]), (["lora_alpha": "much"], ["\"lora_alpha\"", "a number"]),
            (["r": 4], ["lora_A.weight", "rank 4"]), (["lora_alpha": 1e30], ["\"lora_alpha\"", "-1e9 to 1e9"]),
        ] as [(JSONObject, [String])] {
            let text = message(config)
            for word in words { #expect(text.contains(word), "\(text)") }
        }
        for (change, words) in [
            ({ $0[place($0, "lora_A.weight")].name = "\(q)x.lora_A.weight" }, ["q_projx", "no matrix of this model"]),
            ({ $0.remove(at: place($0, "lora_A.weight")) }, ["\(q).lora_B.weight", "no partner"]),
            ({ $0[place($0, "lora_A.weight")].value = numbers([3, 9]) }, ["lora_A.weight", "[3, 9]", "[3, 27]"]),
            ({ $0[place($0, "lora_B.weight")].value = numbers([60, 2]) }, ["lora_B.weight", "[60, 2]", "[60, 3]"]),
            ({ $0[place($0, "lora_A.weight")].value = numbers([81]) }, ["lora_A.weight", "[81]"]),
            ({ $0.append(("\(q).lora_magnitude_vector", numbers([60]))) }, ["lora_magnitude_vector", "DoRA"]),
            ({ $0.append(("\(q).bias", numbers([60]))) }, ["q_proj.bias", "is a bias"]),
            ({ $0.append(("base_model.model.model.norm.weight", numbers([27]))) }, ["norm", "no matrix"]),
            ({ $0.append(("\(q).base_layer.weight", numbers([60, 27]))) }, ["base_layer.weight", "modules_to_save"]),
            (
                { $0.append(("base_model.model.model.embed_tokens.weight", numbers([54, 27]))) },
                ["embed_tokens.weight", "[54, 27]", "vocabulary was changed"]
            ),
            (
                {
                    var values = numbers([3, 27]).floats
                    values[5] = .nan
                    $0[place($0, "lora_A.weight")].value = Tensor(values, shape: [3, 27])
                }, ["lora_A.weight", "nan", "place 5"]
            ),
        ] as [((inout Tensors) -> Void, [String])] {
            let text = message([:], change)
            for word in words { #expect(text.contains(word), "\(text)") }
        }
    }

    @Test func placesWithoutAnAdapter() throws {
        let scratch = try Scratch(), model = try Small.qwen3.make()
        func message(_ path: String) -> String {
            do {
                _ = try AdapterFiles.open(path, for: model)
                return "nothing"
            } catch { return "\(error)" }
        }
        #expect(message(scratch("none")).contains("does not exist"))
        #expect(message(scratch.path).contains("has no adapter_config.json"))
        try AtomicFile.write("{}", to: scratch("adapter_config.json"))
        try AtomicFile.write("", to: scratch("adapter_model.bin"))
        #expect(message(scratch.path).contains("save the adapter with a newer PEFT"))
    }

    /// The whole table that PEFT saves next to an adapter of it: the model's own, or one that was changed.
    @Test func wholeTables() throws {
        let scratch = try Scratch(), model = try Small.qwen3Untied.make(), changed = try Small.qwen3Untied.make()
        let table = numbers(model.tokenEmbedding.shape, seed: 77), ids = someIDs(20, vocabulary: Small.vocabulary)
        let plain = try RandomAdapter(model, to: scratch("plain"), seed: 5)
        for (name, value) in [("same", model.tokenEmbedding.value), ("new", table)] {
            _ = try RandomAdapter(model, to: scratch(name), seed: 5) {
                $0.append(("base_model.model.model.embed_tokens.base_layer.weight", value))
            }
        }
        func logits(_ name: String, _ model: any TokenModel) throws -> [Float] {
            let adapter = try AdapterFiles.open(scratch(name), for: model)
            return model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats
        }
        #expect(try bits(logits("same", model)) == bits(logits("plain", model)))
        changed.tokenEmbedding.assign(table)
        #expect(try bits(logits("new", model)) == bits(logits("plain", changed)))
        #expect(plain.modules.count > 0)
    }
}
