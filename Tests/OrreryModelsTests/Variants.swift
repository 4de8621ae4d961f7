import OrreryFiles
import OrreryModels
import Testing

/// Small models of every architecture, from configurations as Hugging Face would write them: heads of odd widths,
/// several groups, and each option of the architecture in one of them.
struct Variant: CustomTestStringConvertible, Sendable {
    let name: String
    let config: JSONObject

    var testDescription: String { name }
    static let vocabulary = 53
    static let context = 200

    init(_ name: String, _ type: String, _ fields: JSONObject) {
        self.name = name
        var config = Self.common
        config["model_type"] = .string(type)
        for member in fields.members { config[member.key] = member.value }
        self.config = config
    }

    /// The same with other options.
    func changed(_ fields: JSONObject) -> Variant {
        guard case .string(let type)? = config["model_type"] else { preconditionFailure("\(name): no model_type") }
        var all = config
        for member in fields.members { all[member.key] = member.value }
        return Variant(name, type, all)
    }

    func make(seed: UInt64 = 5) throws -> any TokenModel {
        try ModelDirectory.make(JSONFields(.object(config), file: "config.json"), LouderWeights(seed: seed))
    }

    private static let common: JSONObject = [
        "vocab_size": JSONValue(vocabulary), "hidden_size": 30, "intermediate_size": 41, "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2, "head_dim": 10, "max_position_embeddings": JSONValue(context), "rope_theta": 700,
        "eos_token_id": [2, 7],
    ]

    private static let llama3: JSONValue = [
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 40,
    ]
    private static let longRoPE: JSONValue = [
        "rope_type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4], "long_factor": [1.0, 2.0, 3.0, 4.0, 5.0],
        "original_max_position_embeddings": 30,
        "factor": 4.0,
    ]
    private static let yarn: JSONValue = [
        "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "truncate": false,
    ]

    static let all: [Variant] = [
        Variant("llama", "llama", ["tie_word_embeddings": true]),
        Variant(
            "llama, biases, linear", "llama",
            [
                "attention_bias": true, "mlp_bias": true, "hidden_act": "gelu",
                "rope_scaling": ["type": "linear", "factor": 2.5],
            ]),
        Variant(
            "llama, dynamic", "llama",
            ["max_position_embeddings": 50, "rope_scaling": ["rope_type": "dynamic", "factor": 3.0]]),
        Variant("llama, llama3", "llama", ["rope_scaling": llama3]),
        Variant("llama, longrope", "llama", ["rope_scaling": longRoPE]),
        Variant("llama, yarn", "llama", ["rope_scaling": yarn]),
        Variant("mistral", "mistral", ["sliding_window": 9]),
        Variant("mistral, window of tiles", "mistral", ["sliding_window": 64, "hidden_act": "relu"]),
        Variant("mixtral", "mixtral", ["num_local_experts": 5, "num_experts_per_tok": 2, "sliding_window": nil]),
        Variant("qwen2", "qwen2", ["head_dim": nil, "hidden_size": 36]),
        Variant(
            "qwen2, window", "qwen2",
            [
                "head_dim": nil, "hidden_size": 36, "use_sliding_window": true, "sliding_window": 11,
                "max_window_layers": 1,
            ]),
        Variant(
            "gemma3", "gemma3_text", ["sliding_window": 13, "sliding_window_pattern": 2, "query_pre_attn_scalar": 12]),
        Variant(
            "gemma3, untied", "gemma3_text",
            [
                "sliding_window": 13, "tie_word_embeddings": false, "final_logit_softcapping": 3.0,
                "attention_bias": true,
                "layer_types": ["full_attention", "sliding_attention", "full_attention"], "rope_theta": nil,
                "rope_parameters": [
                    "full_attention": yarn, "sliding_attention": ["rope_type": "default", "rope_theta": 50.0],
                ],
            ]),
        Variant(
            "gemma2", "gemma2",
            [
                "sliding_window": 8, "query_pre_attn_scalar": 12, "attn_logit_softcapping": 2.0,
                "final_logit_softcapping": 4.0,
            ]),
        Variant(
            "gpt_neox", "gpt_neox", ["hidden_size": 42, "rotary_pct": 0.8, "rotary_emb_base": 50, "hidden_act": "gelu"]),
        Variant(
            "gpt_neox, one after the other", "gpt_neox",
            ["hidden_size": 48, "use_parallel_residual": false, "attention_bias": false, "tie_word_embeddings": true]),
        Variant(
            "gpt_oss", "gpt_oss",
            [
                "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 7, "swiglu_limit": 1.0,
                "rope_scaling": [
                    "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "truncate": false,
                ],
            ]),
        Variant(
            "granite", "granite",
            [
                "embedding_multiplier": 6.0, "attention_multiplier": 0.2, "residual_multiplier": 0.4,
                "logits_scaling": 3.0, "attention_bias": true,
            ]),
        Variant("olmo2", "olmo2", ["head_dim": nil, "hidden_size": 36, "attention_bias": true]),
        Variant(
            "phi3", "phi3",
            [
                "head_dim": nil, "hidden_size": 60, "original_max_position_embeddings": 30, "rope_scaling": longRoPE,
                "sliding_window": 20,
            ]),
        Variant(
            "phi3, part of a head turns", "phi3",
            ["head_dim": nil, "hidden_size": 60, "partial_rotary_factor": 0.4, "tie_word_embeddings": true]),
        Variant(
            "qwen3_moe", "qwen3_moe",
            [
                "num_experts": 6, "num_experts_per_tok": 3, "moe_intermediate_size": 17, "mlp_only_layers": [1],
                "norm_topk_prob": true, "attention_bias": true,
            ]),
        Variant(
            "smollm3", "smollm3",
            [
                "head_dim": nil, "hidden_size": 36, "no_rope_layer_interval": 2, "use_sliding_window": true,
                "sliding_window": 9,
            ]),
        Variant(
            "stablelm", "stablelm",
            [
                "head_dim": nil, "hidden_size": 60, "qk_layernorm": true, "use_parallel_residual": true,
                "partial_rotary_factor": 0.4,
            ]),
        Variant(
            "stablelm, one after the other", "stablelm",
            ["head_dim": nil, "hidden_size": 60, "use_qkv_bias": true, "partial_rotary_factor": 1.0]),
        Variant(
            "starcoder2", "starcoder2",
            ["head_dim": nil, "hidden_size": 36, "sliding_window": 12, "hidden_act": "gelu_pytorch_tanh"]),
        Variant("orrery, rotary before each part", "orrery", [:]),
        Variant(
            "orrery, learned positions, norms after each sum", "orrery",
            [
                "positions": "learned", "residual": "post", "norm": "layernorm", "hidden_act": "relu2",
                "gated_mlp": false, "qk_norm": false,
            ]),
        Variant(
            "orrery, ALiBi, sandwich, window", "orrery",
            ["positions": "alibi", "residual": "sandwich", "sliding_window": 9]),
        Variant(
            "orrery, sinusoids, side by side, untied", "orrery",
            [
                "positions": "sinusoidal", "residual": "parallel", "norm": "layernorm", "tie_word_embeddings": false,
                "head_dim": 7,
            ]),
        Variant("orrery, no positions", "orrery", ["positions": "none", "hidden_act": "gelu", "gated_mlp": false]),
    ]

    /// Their own sizes have other names.
    static let bert = Variant("bert", "bert", ["hidden_size": 42, "hidden_act": "gelu"])
    static let t5: [Variant] = [
        Variant("t5", "t5", sizes + ["feed_forward_proj": "relu", "tie_word_embeddings": true]),
        Variant(
            "t5, gated", "t5",
            sizes + ["feed_forward_proj": "gated-gelu", "scale_decoder_outputs": false, "num_decoder_layers": 3]),
    ]
    private static let sizes: JSONObject = [
        "d_model": 27, "d_kv": 7, "d_ff": 33, "num_layers": 2, "num_heads": 3, "relative_attention_num_buckets": 8,
        "relative_attention_max_distance": 20,
        "decoder_start_token_id": 0,
    ]
}

private func + (one: JSONObject, other: JSONObject) -> JSONObject {
    var all = one
    for member in other.members { all[member.key] = member.value }
    return all
}
