import OrreryFiles

extension GGUFArchitecture {
    static let qwen2 = GGUFArchitecture(
        name: "qwen2", modelType: "qwen2", className: "Qwen2ForCausalLM", keys: GGUFKey.sizes + [.rmsNorm],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.attention
            + GGUFTensorRule.gatedFeedForward, completes: completeQwen)

    static let qwen3 = GGUFArchitecture(
        name: "qwen3", modelType: "qwen3", className: "Qwen3ForCausalLM", keys: GGUFKey.sizes + [.headSize, .rmsNorm],
        tensors: qwen2.tensors + GGUFTensorRule.queryKeyNorms, completes: completeQwen3)

    static let qwen3MoE = GGUFArchitecture(
        name: "qwen3moe", modelType: "qwen3_moe", className: "Qwen3MoeForCausalLM",
        keys: GGUFKey.sizes + GGUFKey.experts + [
            .headSize, .rmsNorm, .integer("expert_feed_forward_length", "moe_intermediate_size", isRequired: true),
        ],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.attention + GGUFTensorRule.queryKeyNorms
            + GGUFTensorRule.layer([
                ("ffn_gate_inp", "mlp.gate"), ("ffn_gate_exps", "mlp.experts.gate_proj"),
                ("ffn_up_exps", "mlp.experts.up_proj"),
                ("ffn_down_exps", "mlp.experts.down_proj"),
            ])
    ) { config in
        try completeQwen3(&config)
        config["norm_topk_prob"] = true
        config["decoder_sparse_step"] = 1
        config["mlp_only_layers"] = .array([])
    }

    @Sendable private static func completeQwen3(_ config: inout GGUFConfiguration) throws {
        try completeQwen(&config)
        config["head_dim"] = JSONValue(try config.headSize())
        config["attention_bias"] = JSONValue(config.has("blk.0.attn_q.bias"))
    }

    @Sendable private static func completeQwen(_ config: inout GGUFConfiguration) throws {
        config["hidden_act"] = "silu"
        config["use_sliding_window"] = false
        config["attention_dropout"] = 0.0
        try config.addRotary()
    }
}
