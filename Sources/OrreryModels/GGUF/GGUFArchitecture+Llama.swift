import OrreryFiles

/// Llama and what descends from it.
extension GGUFArchitecture {
    static let llama = GGUFArchitecture(
        name: "llama", modelType: "llama", className: "LlamaForCausalLM", keys: GGUFKey.sizes + [.headSize, .rmsNorm],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.permutedAttention
            + GGUFTensorRule.gatedFeedForward, completes: completeLlama)

    static let mixtral = GGUFArchitecture(
        name: "llama", modelType: "mixtral", className: "MixtralForCausalLM",
        keys: GGUFKey.sizes + [
            .headSize, .rmsNorm, .integer("expert_count", "num_local_experts", isRequired: true),
            .integer("expert_used_count", "num_experts_per_tok", isRequired: true),
        ],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.permutedAttention
            + GGUFTensorRule.layer([
                ("ffn_gate_inp", "block_sparse_moe.gate"), ("ffn_gate_exps", "block_sparse_moe.experts.w1"),
                ("ffn_up_exps", "block_sparse_moe.experts.w3"), ("ffn_down_exps", "block_sparse_moe.experts.w2"),
            ]), completes: completeLlama)

    /// To llama.cpp Mistral's models are Llama's, and their window is none: this one is only written, never read.
    static let mistral = GGUFArchitecture(
        name: "llama", modelType: "mistral", className: "MistralForCausalLM",
        keys: GGUFKey.sizes + [.headSize, .rmsNorm],
        tensors: llama.tensors, completes: completeLlama)

    static let smolLM3 = GGUFArchitecture(
        name: "smollm3", modelType: "smollm3", className: "SmolLM3ForCausalLM",
        keys: GGUFKey.sizes + [.headSize, .rmsNorm], tensors: llama.tensors
    ) { config in
        try completeLlama(&config)
        (config["mlp_bias"], config["attention_bias"]) = (false, false)  // llama.cpp has no place for them
        // every fourth layer has no positions
        config["no_rope_layers"] = JSONValue((1 ... (try config.size("num_hidden_layers"))).map { $0 % 4 == 0 ? 0 : 1 })
        config["use_sliding_window"] = false
    }

    static let granite = GGUFArchitecture(
        name: "granite", modelType: "granite", className: "GraniteForCausalLM",
        keys: GGUFKey.sizes + [
            .rmsNorm, .number("attention.scale", "attention_multiplier"),
            .number("embedding_scale", "embedding_multiplier"),
            .number("residual_scale", "residual_multiplier"),
            .number("logit_scale", "logits_scaling", isRequired: true),
        ], tensors: llama.tensors
    ) { config in
        try completeLlama(&config)
        // In llama.cpp what is missing or 0 does nothing.
        let usual = [
            ("attention_multiplier", 1 / Double(try config.headSize()).squareRoot()), ("embedding_multiplier", 1),
            ("residual_multiplier", 1),
        ]
        for (key, value) in usual where config[key]?.number ?? 0 == 0 { config[key] = JSONValue(value) }
    }

    @Sendable private static func completeLlama(_ config: inout GGUFConfiguration) throws {
        config["hidden_act"] = "silu"
        config["head_dim"] = JSONValue(try config.headSize())
        config["attention_bias"] = JSONValue(config.has("blk.0.attn_q.bias"))
        config["mlp_bias"] = JSONValue(config.has("blk.0.ffn_up.bias"))
        config["attention_dropout"] = 0.0
        try config.addRotary()
    }
}
