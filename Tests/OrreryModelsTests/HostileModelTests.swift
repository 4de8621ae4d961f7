import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Directories that lie: each is one clear line, no trap, and no memory for what the file does not hold.
@Suite(.serialized) struct HostileModelTests {
    private static let huge = 1 << 24

    /// Field, value, what the line says.
    private static let gpt2: [(String, JSONValue, String)] = [
        ("n_embd", "33", "an integer from 1 to 16777216, found \"33\""), ("n_embd", 0, "n_embd"),
        ("n_embd", -33, "n_embd"), ("n_embd", 33.0, "n_embd"),
        ("n_embd", nil, "n_embd"), ("n_embd", [33], "n_embd"), ("n_embd", 9_223_372_036_854_775_807, "n_embd"),
        ("n_embd", 36, "has shape"),
        ("n_embd", JSONValue(huge / 3 * 3), "has shape"), ("n_head", 5, "a divisor of n_embd 33"),
        ("n_head", 0, "n_head"),
        ("n_head", JSONValue(huge), "n_head"), ("n_layer", 0, "n_layer"),
        ("n_layer", JSONValue(huge), "transformer.h.3.ln_1.weight"),
        ("n_layer", 1e3, "n_layer"), ("n_inner", -1, "n_inner"), ("n_inner", 71, "has shape"),
        ("n_inner", 4_611_686_018_427_387_904, "n_inner"),
        ("vocab_size", 54, "transformer.wte.weight has shape [53, 33]"), ("vocab_size", JSONValue(huge), "has shape"),
        ("vocab_size", true, "vocab_size"),
        ("n_positions", JSONValue(huge), "transformer.wpe.weight has shape"),
        ("activation_function", "softplus", "expected one of gelu"),
        ("activation_function", 1, "a string"), ("layer_norm_epsilon", 0, "positive"),
        ("layer_norm_epsilon", -1e-5, "positive"),
        ("layer_norm_epsilon", 1e300, "positive"), ("layer_norm_epsilon", "x", "a number"),
        ("tie_word_embeddings", "no", "tie_word_embeddings"),
        ("scale_attn_by_inverse_layer_idx", 1, "true or false"), ("scale_attn_weights", "no", "true or false"),
        ("bias", 1, "true or false"),
        ("eos_token_id", 1_099_511_627_776, "ids of tokens"), ("eos_token_id", "</s>", "an integer"),
        ("model_type", "gpt5", "known are "), ("model_type", 2, "a string"), ("model_type", nil, "model_type"),
        ("model_type", "qwen3", "has no tensor \"model.embed_tokens.weight\""),
    ]

    private static let qwen3: [(String, JSONValue, String)] = [
        ("hidden_size", 0, "hidden_size"), ("hidden_size", JSONValue(huge), "has shape"),
        ("hidden_size", 28, "has shape"),
        ("num_attention_heads", 7, "a divisor of num_attention_heads 7"),
        ("num_attention_heads", -6, "num_attention_heads"),
        ("num_attention_heads", JSONValue(huge), "has shape"), ("num_key_value_heads", 4, "a divisor"),
        ("num_key_value_heads", 0, "num_key_value_heads"),
        ("num_key_value_heads", JSONValue(huge), "a divisor"), ("head_dim", 9, "an even number, found 9"),
        ("head_dim", JSONValue(huge), "has shape"),
        ("head_dim", 12, "has shape"), ("head_dim", nil, "has shape"),
        ("intermediate_size", JSONValue(huge), "has shape"),
        ("num_hidden_layers", JSONValue(huge), "model.layers.3.input_layernorm.weight"),
        ("num_hidden_layers", 4, "model.layers.3.input_layernorm.weight"),
        ("rms_norm_eps", 0, "positive"), ("rope_theta", -10, "positive"), ("rope_theta", 0, "positive"),
        ("rope_theta", 1e39, "positive"),
        ("rope_scaling", ["rope_type": "cubic", "factor": 4.0], "one of default, linear"),
        (
            "rope_scaling", ["type": "su", "factor": 4.0],
            "\"rope_scaling.type\": expected one of default, linear, dynamic, llama3, yarn, longrope, found \"su\""
        ),
        ("rope_parameters", ["rope_theta": "x"], "a number"),
        ("rope_scaling", 3, "an object"), ("hidden_act", "softplus", "one of"),
        ("use_sliding_window", 1, "true or false"),
        ("layer_types", ["full_attention", "sliding_attention"], "3 of full_attention, sliding_attention"),
        ("attention_bias", "no", "true or false"),
        ("attention_bias", true, "q_proj.bias"), ("tie_word_embeddings", 1, "tie_word_embeddings"),
        ("max_position_embeddings", 0, "max_position_embeddings"),
        ("max_position_embeddings", JSONValue(huge + 1), "max_position_embeddings"),
        ("vocab_size", 52, "has shape [53, 27]"),
    ]

    @Test(arguments: [Small.gpt2, .qwen3]) func configurations(_ small: Small) throws {
        let scratch = try Scratch()
        try ModelDirectory.write(small.make(), to: scratch.path)
        let right = try JSONFields(contentsOf: scratch("config.json")).object
        let growth = try leastGrowth {
            for (key, value, expected) in small == .gpt2 ? Self.gpt2 : Self.qwen3 {
                var wrong = right
                wrong[key] = value
                try JSONValue.object(wrong).write(to: scratch("config.json"))
                let line = refusal(scratch.path)
                #expect(line.contains(expected), "\(key) = \(value): \(line)")
            }
        }
        #expect(growth < 100 << 20)
    }

    /// A context of sixteen million positions is no reason to make a table of them.
    @Test func longContext() throws {
        let scratch = try Scratch(), model = try Small.qwen3.make()
        try ModelDirectory.write(model, to: scratch.path)
        var config = try JSONFields(contentsOf: scratch("config.json")).object
        config["max_position_embeddings"] = JSONValue(Self.huge)
        try JSONValue.object(config).write(to: scratch("config.json"))
        let growth = try leastGrowth {
            let opened = try ModelDirectory.open(scratch.path),
                ids = someIDs(40, vocabulary: Small.vocabulary)
            #expect(bits(opened.logits(Batch(ids), .init()).floats) == bits(model.logits(Batch(ids), .init()).floats))
            return opened
        }
        #expect(growth < 100 << 20)
    }

    @Test func files() throws {
        let scratch = try Scratch()
        #expect(refusal(scratch.path).contains("config.json"))
        #expect(refusal(scratch("nowhere")).contains("nowhere"))
        let model = try Small.qwen3.make()
        try ModelDirectory.write(model, to: scratch.path)
        let config = try WholeFile.read(scratch("config.json")),
            weights = try WholeFile.read(scratch("model.safetensors"))
        func put(_ bytes: some Collection<UInt8>, _ name: String) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: scratch(name)))
        }

        for bad in ["", "{", "[]", "null", "{\"model_type\": \"qwen3\"}", "\u{0}"] {
            try put(bad.utf8, "config.json")
            _ = refusal(scratch.path)
        }
        try put(config, "config.json")
        for length in [0, 7, 8, 100, weights.count / 2, weights.count - 1] {
            try put(weights.prefix(length), "model.safetensors")
            _ = refusal(scratch.path)
        }
        try FileManager.default.removeItem(atPath: scratch("model.safetensors"))
        #expect(refusal(scratch.path).contains("holds neither model.safetensors nor"))

        // a tensor short, one of another shape, one of another type
        func write(_ change: (Parameter) -> SafetensorsTensor?) throws {
            try SafetensorsWriter.write(model.parameters.compactMap(change), to: scratch("model.safetensors"))
        }
        func plain(_ p: Parameter) -> SafetensorsTensor {
            SafetensorsTensor(
                name: p.name, dtype: .float32, shape: p.shape, bytes: p.value.floats.withUnsafeBytes { Array($0) })
        }
        let last = "model.norm.weight", first = "model.embed_tokens.weight"
        try write { $0.name == last ? nil : plain($0) }
        #expect(refusal(scratch.path).hasSuffix("has no tensor \"\(last)\""))
        try write { p in
            p.name == first
                ? SafetensorsTensor(
                    name: p.name, dtype: .float32, shape: p.shape.reversed(),
                    bytes: [UInt8](repeating: 0, count: p.count * 4)) : plain(p)
        }
        #expect(
            refusal(scratch.path).contains("tensor \(first) has shape [27, 53], the configuration asks for [53, 27]"))
        try write { p in
            p.name == last
                ? SafetensorsTensor(
                    name: p.name, dtype: .int32, shape: p.shape, bytes: [UInt8](repeating: 0, count: p.count * 4))
                : plain(p)
        }
        #expect(refusal(scratch.path).contains("tensor \(last) is of type I32; expected F32, BF16 or F16"))
    }
}

/// The bytes by which the process grows with some work whose result is held, the least of several rounds: other tests run
/// at the same time.
private func leastGrowth<Result>(_ work: () throws -> Result) rethrows -> Int {
    var least = Int.max
    for _ in 0 ..< 5 where least >= 100 << 20 {
        let before = residentBytes(), result = try work()
        least = withExtendedLifetime(result) { min(least, residentBytes() - before) }
    }
    return least
}

/// Resident memory of this process; 0 where /proc is missing.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
