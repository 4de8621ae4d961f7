import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import Testing

/// The memory of keys and values, from configurations alone.
@Suite struct CacheLayoutTests {
    private func layout(_ config: JSONObject) throws -> CacheLayout? {
        try CacheLayout(JSONFields(.object(config), file: "config.json"))
    }

    /// A configuration that leaves everything to its class has the sizes of transformers 5's class.
    @Test(arguments: [
        ("gemma2", 26, 4, 256, 8192), ("gemma3_text", 26, 4, 256, 131_072), ("gpt2", 12, 12, 64, 1024),
        ("gpt_neox", 44, 64, 96, 2048), ("gpt_oss", 36, 8, 64, 131_072),
        ("granite", 32, 32, 128, 2048), ("llama", 32, 32, 128, 2048), ("mistral", 32, 8, 128, 131_072),
        ("mixtral", 32, 8, 128, 131_072), ("olmo2", 32, 32, 128, 2048),
        ("phi3", 32, 32, 96, 4096), ("qwen2", 32, 32, 128, 32_768), ("qwen3", 32, 32, 128, 32_768),
        ("qwen3_moe", 24, 4, 64, 32_768), ("smollm3", 36, 4, 128, 32_768),
        ("starcoder2", 30, 2, 128, 4096), ("stablelm", 32, 32, 80, 4096),
    ]) func classSizes(_ type: String, _ layers: Int, _ heads: Int, _ size: Int, _ context: Int) throws {
        let found = try #require(try layout(["model_type": JSONValue(type)]))
        #expect(found.layers.count == layers && found.context == context)
        #expect(found.layers.allSatisfy { $0.heads == heads && $0.keySize == size && $0.valueSize == size })
    }

    /// What is null is not missing; and the real file of Gemma 3 4B has little more than this.
    @Test func missingIsNotNull() throws {
        #expect(try layout(["model_type": "mistral", "num_key_value_heads": nil])?.layers.first?.heads == 32)
        let gemma: JSONObject = [
            "model_type": "gemma3",
            "text_config": [
                "model_type": "gemma3_text", "hidden_size": 2560, "num_hidden_layers": 34, "sliding_window": 1024,
            ],
        ]
        let layers = try #require(try layout(gemma)).layers
        #expect(
            layers.count == 34 && layers.filter { $0.window == nil }.count == 5 && layers[0].window == 1024
                && layers[0].heads == 4)
    }

    /// The names that a class takes for its own.
    @Test func otherNames() throws {
        #expect(
            try layout(["model_type": "gpt2", "hidden_size": 96, "num_attention_heads": 3, "num_hidden_layers": 2])?
                .layers.map(\.keySize) == [32, 32])
    }

    @Test func layersThatDiffer() throws {
        let json = try JSONFields(
            .object(["model_type": "llama", "per_layer_config": ["0": ["num_key_value_heads": 1]]]), file: "config.json"
        )
        #expect(throws: (any Error).self) { try ModelDirectory.make(json, RandomWeights(seed: 1)) }
        #expect(
            try layout(["model_type": "llama", "num_key_value_heads": [1, 2]]) == nil,
            "not one for each of its 32 layers")
    }

    /// Lists where a number is usual, and layers of other kinds.
    @Test(
        arguments: [
            (["num_key_value_heads": [8, 0, nil, 2]], [8, 2]),
            (
                [
                    "num_key_value_heads": 2,
                    "layer_types": ["conv", "full_attention", "linear_attention", "attention"],
                ], [2, 2]
            ),
            (["full_attn_idxs": [2]], [4]), (["hybrid_override_pattern": "M*-*"], [4, 4]),
            (["attn_layer_period": 2, "attn_layer_offset": 1], [4, 4]),
            (["full_attention_interval": 4], [4]),
            (["num_query_heads": [4, 4, 4, 4], "num_kv_heads": [1, 2, 3, 4]], [1, 2, 3, 4]),
            (["kv_lora_rank": 512], nil),
        ] as [(JSONObject, [Int]?)]) func lists(_ more: JSONObject, _ heads: [Int]?) throws
    {
        var config: JSONObject = [
            "model_type": "of tomorrow", "hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4,
            "max_position_embeddings": 100,
        ]
        for member in more.members { config[member.key] = member.value }
        #expect(try layout(config)?.layers.map(\.heads) == heads)
    }

    @Test func windows() throws {
        var config: JSONObject = [
            "model_type": "of tomorrow", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
            "sliding_window": 10,
        ]
        #expect(
            try layout(config)?.byteCount(positions: 100, .float16) == 2 * 2 * 2 * 64 * 100,
            "nobody says of which layers")
        config["layer_types"] = ["sliding_attention", "full_attention"]
        #expect(try layout(config)?.byteCount(positions: 100, .float16) == 2 * 2 * 64 * 110)
        (config["layer_types"], config["sliding_window"]) = (nil, [nil, 10])
        #expect(try layout(config)?.layers.map(\.window) == [nil, 10])
        #expect(try layout(config)?.byteCount(positions: .max, .float16) == nil)
    }

    /// What llama.cpp's keys say, of an architecture that is not known here.
    @Test(
        arguments: [
            ([("attention.head_count_kv", .array(GGUFArray([0, 8, 0, 2] as [Int32])))], [8, 2]),
            ([("attention.head_count", .array(GGUFArray([0, 4, 0, 4] as [Int32])))], [4, 4]),
            ([("attention.head_count_kv", .array(GGUFArray([8, 2] as [Int32])))], nil),
            ([("attention.shared_kv_layers", .uint32(3))], [4]), ([("full_attention_interval", .uint32(2))], [4, 4]),
            ([("attention.causal", .bool(false))], []), ([("attention.head_count_kv", .uint32(1))], [1, 1, 1, 1]),
        ] as [([(String, GGUFValue)], [Int]?)]) func gguf(_ more: [(String, GGUFValue)], _ heads: [Int]?) throws
    {
        var pairs: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string("x")), ("x.block_count", .uint32(4)), ("x.embedding_length", .uint32(64)),
            ("x.attention.head_count", .uint32(4)),
        ]
        for (key, value) in more {
            pairs.removeAll { $0.key == "x.\(key)" }
            pairs.append(("x.\(key)", value))
        }
        let scratch = try Scratch()
        try GGUFWriter.write(pairs, to: scratch("m.gguf"))
        #expect(try CacheLayout(GGUFFile(path: scratch("m.gguf")))?.layers.map(\.heads) == heads)
    }

    @Test func ggufWindows() throws {
        let scratch = try Scratch(), flags: [Int32] = [1, 0, 0, 1]
        for (pattern, windows) in [
            (.array(GGUFArray(flags)), [8, nil, nil, 8]), (.uint32(2), [8, nil, 8, nil]), (.uint32(0), [8, 8, 8, 8]),
        ] as [(GGUFValue, [Int?])] {
            try GGUFWriter.write(
                [
                    ("general.architecture", .string("x")), ("x.block_count", .uint32(4)),
                    ("x.attention.head_count", .uint32(4)), ("x.attention.key_length", .uint32(16)),
                    ("x.attention.value_length", .uint32(24)), ("x.attention.sliding_window", .uint32(8)),
                    ("x.attention.sliding_window_pattern", pattern),
                ], to: scratch("m.gguf"))
            let found = try #require(try CacheLayout(GGUFFile(path: scratch("m.gguf"))))
            #expect(
                found.layers.map(\.window) == windows
                    && found.layers.allSatisfy { $0.keySize == 16 && $0.valueSize == 24 })
        }
    }
}
