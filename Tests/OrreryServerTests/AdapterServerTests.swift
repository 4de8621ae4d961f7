import OrreryFiles
import OrreryGeneration
import OrreryRandom
import Testing

/// A model and its adapters, by the names `model` and `model:adapter`.
@Suite(.serialized) struct AdapterServerTests {
    /// An adapter of `TestModel` in PEFT's format.
    private static func write(to directory: String, seed: UInt64) throws {
        try Directory.createAll(directory)
        try AtomicFile.write(
            #"{"peft_type": "LORA", "r": 2, "lora_alpha": 40}"#, to: Path.join(directory, "adapter_config.json"))
        var random = SplitMix64(seed: seed)
        let tensors = (0 ..< 2).flatMap { layer in
            [("q_proj", 32, 32), ("o_proj", 32, 32)].flatMap { name, input, output in
                [("lora_A", [2, input]), ("lora_B", [output, 2])].map { part, shape in
                    let values = (0 ..< shape[0] * shape[1]).map { _ in Float(random.uniform() - 0.5) }
                    return SafetensorsTensor(
                        name: "base_model.model.model.layers.\(layer).self_attn.\(name).\(part).weight",
                        dtype: .float32, shape: shape
                    ) { sink in try values.withUnsafeBytes { try sink($0) } }
                }
            }
        }
        try SafetensorsWriter.write(tensors, to: Path.join(directory, "adapter_model.safetensors"))
    }

    @Test func requestsNameAnAdapter() async throws {
        let scratch = try Scratch()
        try TestModel.write(to: scratch("own"))
        for (name, seed) in [("a", 1), ("b", 2)] { try Self.write(to: scratch(name), seed: UInt64(seed)) }
        let base = try TextModel.open(scratch("own"))
        let models = try ["writer": base, "writer:a": base.adapted(by: base.adapter(scratch("a")))]
        try await TestServer.running { configuration, _ in
            configuration.engine.computeType = .float32
            try configuration.add(adapter: "a", path: scratch("a"))
            try configuration.add(adapter: "writer:b", path: scratch("b"))
            #expect(throws: (any Error).self) { try configuration.add(adapter: "a", path: scratch("b")) }
        } _: { server in
            let list = try await server.send("GET", "/models").json()["data"]?.array ?? []
            #expect(list.map { $0["id"]?.string } == ["writer", "writer:a", "writer:b"])
            #expect(list.map { $0["parent"]?.string } == [nil, "writer", "writer"])
            #expect(try await server.send("GET", "/models/writer:a")["parent"]?.string == "writer")
            func text(_ model: String) async throws -> String? {
                let answer = try await server.send(
                    "POST", "/completions",
                    ["model": JSONValue(model), "prompt": "the sun", "temperature": 0, "max_tokens": 12])
                #expect(answer["model"]?.string == model)
                return answer["choices.0.text"]?.string
            }
            for (name, model) in models {
                var options = try model.options(for: "the sun", maxTokens: 12, sampling: .greedy)
                (options.computeType, options.cacheType) = (.float32, model.model.defaultCacheType(computing: .float32))
                let generation = try model.generate(options)
                var expected = ""
                while let step = try generation.next() { expected += step.text }
                #expect(try await text(name) == expected)
            }
            let (a, b) = (try await text("writer:a"), try await text("writer:b"))
            #expect(a != b)
            let unknown = try await server.send("POST", "/completions", ["model": "writer:c", "prompt": "the sun"])
            #expect(unknown.status == 404 && unknown.text.contains("writer, writer:a, writer:b"))
        }
    }
}
