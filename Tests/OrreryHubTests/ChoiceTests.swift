import Foundation
import HubTestSupport
import OrreryHub
import Testing

/// Which files of a repository come, and which are found again.
@Suite struct ChoiceTests {
    private func pull(_ names: [String], _ name: String = "owner/name") async throws -> (PulledModel, Scratch, Hub) {
        let scratch = try Scratch()
        let files = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { index, name in
                let index = UInt64(index)
                return (
                    name,
                    name.hasSuffix(".json")
                        ? .small("{\"n\": \(index)}") : FakeHub.Content.large(2000 + Int(index), seed: index)
                )
            })
        let server = try FakeHub(files), hub = Hub(try server.settings(scratch.path))
        return (try await hub.pull(name).finish(), scratch, hub)
    }

    @Test(arguments: [
        // The only one, and the usual one.
        (["m-Q8_0.gguf", "README.md"], "", ["m-Q8_0.gguf"]),
        (["m-Q8_0.gguf", "mmproj-m-f16.gguf", "m.imatrix.gguf"], "", ["m-Q8_0.gguf"]),
        (["m-Q2_K.gguf", "m-Q4_K_M.gguf", "m-Q8_0.gguf"], "", ["m-Q4_K_M.gguf"]),
        (["m.q4_k_m.gguf", "m.q8_0.gguf", "config.json"], "", ["m.q4_k_m.gguf"]),
        // By quantisation, by path.
        (["m-Q4_0.gguf", "m-Q4_K_M.gguf", "m-Q8_0.gguf"], "q8_0", ["m-Q8_0.gguf"]),
        (["m-BF16.gguf", "m-F16.gguf"], "F16", ["m-F16.gguf"]),
        (["m-Q4_K_M.gguf", "m-Q4_K_M-v2.gguf"], "Q4_K_M", ["m-Q4_K_M.gguf"]),
        (["m-Q4_K_M.gguf", "x/m-Q8_0.gguf"], "x/m-Q8_0.gguf", ["x/m-Q8_0.gguf"]),
        (["m-Q4_K_M.gguf", "config.json"], "config.json", ["config.json"]),
        // All parts.
        (
            ["Q8_0/m-Q8_0-00001-of-00002.gguf", "Q8_0/m-Q8_0-00002-of-00002.gguf", "m-Q4_0.gguf"], "Q8_0",
            ["Q8_0/m-Q8_0-00001-of-00002.gguf", "Q8_0/m-Q8_0-00002-of-00002.gguf"]
        ),
        (["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"], "", ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]),
    ]) func gguf(_ names: [String], _ file: String, _ expected: [String]) async throws {
        let name = "owner/name" + (file.isEmpty ? "" : ":" + file)
        let (model, scratch, hub) = try await pull(names, name)
        #expect(model.files == expected)
        #expect(model.path.hasSuffix("/snapshots/\(FakeHub.commit)/" + expected[0]))
        #expect(try hub.path(of: name) == model.path)
        withExtendedLifetime(scratch) {}
    }

    @Test(arguments: [
        (["m-Q2_K.gguf", "m-Q8_0.gguf"], "", "m-Q2_K.gguf (2.0 kB), m-Q8_0.gguf (2.0 kB)"),
        (["m-Q2_K.gguf", "m-Q8_0.gguf"], "Q4_K_M", "m-Q2_K.gguf (2.0 kB)"),
        (["a-Q8_0.gguf", "b-Q8_0.gguf"], "Q8_0", "2 files"),
        (["m-00001-of-00002.gguf"], "", "m-00002-of-00002.gguf"),
        (["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"], "m-00002-of-00002.gguf", "part 2"),
        (["pytorch_model.bin", "config.json"], "", "pickles"),
        (["README.md"], "", "README.md"), ([], "", "neither"), (["README.md"], "x.gguf", "no file"),
    ]) func refused(_ names: [String], _ file: String, _ word: String) async throws {
        let error = await #expect(throws: HubError.self) {
            _ = try await pull(names, "owner/name" + (file.isEmpty ? "" : ":" + file))
        }
        #expect("\(error!)".contains(word), "\(error!)")
    }

    @Test func shards() async throws {
        let (model, _, _) = try await pull([
            "config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors", "consolidated.safetensors", "consolidated-00001-of-00002.safetensors",
            "tf_model.h5", "chat_templates/tool.jinja", "additional_chat_templates/x.jinja",
            "2_Dense/model.safetensors",
            "2_Dense/pytorch_model.bin", "openvino/config.json", "o200k_base.tiktoken",
        ])
        #expect(
            model.files.sorted() == [
                "2_Dense/model.safetensors", "additional_chat_templates/x.jinja", "chat_templates/tool.jinja",
                "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                "model.safetensors.index.json", "o200k_base.tiktoken",
            ])
        // Weights come last, so that what is wrong with the rest is known before.
        #expect(model.files.last == "model-00002-of-00002.safetensors")
    }
}
