import OrreryCommand
import OrreryFiles
import Testing

/// `--lora`, which adds an adapter to what a command computes with.
@Suite struct AdapterTests {
    /// An adapter of the example's model that changes every matrix of attention.
    private static func write(to directory: String, model: String) throws {
        try Directory.createAll(directory)
        let checkpoint = try SafetensorsFile(path: Path.join(model, "model.safetensors"))
        let tensors = checkpoint.ordered.filter { $0.name.contains("_proj.weight") }.flatMap { entry in
            [("lora_A", [2, entry.shape[1]]), ("lora_B", [entry.shape[0], 2])].map { part, shape in
                let values = (0 ..< shape[0] * shape[1]).map { Float(($0 * 7 + shape[0]) % 11) / 11 - 0.5 }
                return SafetensorsTensor(
                    name: "base_model.model.\(entry.name.dropLast(6))\(part).weight", dtype: .float32, shape: shape
                ) { sink in try values.withUnsafeBytes { try sink($0) } }
            }
        }
        try SafetensorsWriter.write(tensors, to: Path.join(directory, "adapter_model.safetensors"))
        try AtomicFile.write(
            #"{"peft_type": "LORA", "r": 2, "lora_alpha": 2}"#, to: Path.join(directory, "adapter_config.json"))
    }

    private func loss(_ model: String, _ flags: String..., text: String) async throws -> Double {
        let found = try await orrery(["eval", model, "--data", text, "--json"] + flags).json()
        guard case .double(let loss)? = found["loss"] else {
            Issue.record("\(found)")
            return 0
        }
        return loss
    }

    @Test func commandsComputeWithIt() async throws {
        let scratch = try Scratch(), model = try await Example.model.value("model")
        let text = try scratch.put(String(Example.text.prefix(300)), at: "text.txt")
        try Self.write(to: scratch("pirate"), model: model)
        let (plain, adapted) = (
            try await loss(model, text: text), try await loss(model, "--lora", scratch("pirate"), text: text)
        )
        #expect(abs(plain - adapted) > 1e-3)
        #expect(try await loss(model, "--lora", "p=" + scratch("pirate"), text: text) == adapted)
        // Merged it is the same model.
        _ = try await orrery(["convert", model, scratch("merged"), "--lora", scratch("pirate"), "--json"]).json()
        #expect(abs(try await loss(scratch("merged"), text: text) - adapted) < 1e-5)
        // So it is over a GGUF file.
        _ = try await orrery(["convert", model, scratch("m.gguf"), "--type", "f32", "--json"]).json()
        #expect(abs(try await loss(scratch("m.gguf"), "--lora", scratch("pirate"), text: text) - adapted) < 1e-5)
        let ids = try scratch.put("[[1, 2, 3, 4]]", at: "ids.json")
        func logits(_ flags: String...) async throws -> [UInt8] {
            _ = try await orrery(
                ["logits", model, "--ids", ids, "--out", scratch("o.safetensors"), "--overwrite", "--json"] + flags
            ).json()
            let file = try SafetensorsFile(path: scratch("o.safetensors"))
            return try file.bytes(of: "logits").withUnsafeBytes { Array($0) }
        }
        #expect(try await logits() != logits("--lora", scratch("pirate")))
        let said = try await ["generate", "chat"].asyncMap { command in
            try await orrery([
                command, model, "-p", "the", "-n", "12", "--temperature", "0", "--json", "--lora", scratch("pirate"),
            ]).json()["text"]
        }
        #expect(said[0] == said[1])
    }

    @Test func errorsNameTheAdapter() async throws {
        let scratch = try Scratch(), model = try await Example.model.value("model")
        for (argument, words) in [
            (scratch("none"), "does not exist; name a directory with adapter_config.json"),
            (model, "has no adapter_config.json; name a directory that PEFT's save_pretrained has written"),
        ] {
            let outcome = try await orrery(["generate", model, "-p", "the", "--lora", argument])
            #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        try Example.writeEncoder(scratch)
        let ids = try scratch.put("[[1, 2, 3, 4]]", at: "ids.json")
        let outcome = try await orrery([
            "logits", scratch("encoder"), "--ids", ids, "--out", scratch("o.safetensors"), "--lora", scratch.path,
        ])
        #expect(outcome.status != 0 && outcome.errors.contains("takes no adapter"), "\(outcome.errors)")
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async throws -> [T] {
        var made: [T] = []
        for element in self { made.append(try await body(element)) }
        return made
    }
}
