import OrreryFiles

extension GGUFArchitecture {
    static let gpt2 = GGUFArchitecture(
        name: "gpt2", modelType: "gpt2", className: "GPT2LMHeadModel",
        keys: [
            .integer("context_length", "n_positions", isRequired: true),
            .integer("embedding_length", "n_embd", isRequired: true),
            .integer("block_count", "n_layer", isRequired: true), .integer("feed_forward_length", "n_inner"),
            .integer("attention.head_count", "n_head", isRequired: true),
            .number("attention.layer_norm_epsilon", "layer_norm_epsilon", isRequired: true),
        ],
        tensors: [
            GGUFTensorRule("token_embd", "transformer.wte"), GGUFTensorRule("position_embd", "transformer.wpe"),
            GGUFTensorRule("output_norm", "transformer.ln_f"), GGUFTensorRule("output", "lm_head"),
            GGUFTensorRule("blk.{n}.attn_norm", "transformer.h.{n}.ln_1"),
            GGUFTensorRule("blk.{n}.ffn_norm", "transformer.h.{n}.ln_2"),
            GGUFTensorRule("blk.{n}.attn_qkv", "transformer.h.{n}.attn.c_attn", .transposed),
            GGUFTensorRule("blk.{n}.attn_output", "transformer.h.{n}.attn.c_proj", .transposed),
            GGUFTensorRule("blk.{n}.ffn_up", "transformer.h.{n}.mlp.c_fc", .transposed),
            GGUFTensorRule("blk.{n}.ffn_down", "transformer.h.{n}.mlp.c_proj", .transposed),
        ]
    ) { config in
        config["n_ctx"] = config["n_positions"]
        config["activation_function"] = "gelu_new"
        config["bias"] = JSONValue(config.has("blk.0.attn_qkv.bias"))
    }

    static let gptNeoX = GGUFArchitecture(
        name: "gptneox", modelType: "gpt_neox", className: "GPTNeoXForCausalLM",
        keys: GGUFKey.sizes + [
            .number("attention.layer_norm_epsilon", "layer_norm_eps", isRequired: true),
            .flag("use_parallel_residual", "use_parallel_residual"),
        ],
        tensors: [
            GGUFTensorRule("token_embd", "gpt_neox.embed_in"),
            GGUFTensorRule("output_norm", "gpt_neox.final_layer_norm"), GGUFTensorRule("output", "embed_out"),
            GGUFTensorRule("blk.{n}.attn_norm", "gpt_neox.layers.{n}.input_layernorm"),
            GGUFTensorRule("blk.{n}.attn_qkv", "gpt_neox.layers.{n}.attention.query_key_value", .queryKeyValueRows),
            GGUFTensorRule("blk.{n}.attn_output", "gpt_neox.layers.{n}.attention.dense"),
            GGUFTensorRule("blk.{n}.ffn_norm", "gpt_neox.layers.{n}.post_attention_layernorm"),
            GGUFTensorRule("blk.{n}.ffn_up", "gpt_neox.layers.{n}.mlp.dense_h_to_4h"),
            GGUFTensorRule("blk.{n}.ffn_down", "gpt_neox.layers.{n}.mlp.dense_4h_to_h"),
        ],
        asksForOutput: true
    ) { config in
        config["hidden_act"] = "gelu"
        config["attention_bias"] = true  // llama.cpp asks for them
        try config.addRotary(partial: true)
    }

    static let phi3 = GGUFArchitecture(
        name: "phi3", modelType: "phi3", className: "Phi3ForCausalLM",
        keys: GGUFKey.sizes + [.rmsNorm, .integer("attention.sliding_window", "sliding_window")],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms
            + GGUFTensorRule.layer([
                ("attn_qkv", "self_attn.qkv_proj"), ("attn_output", "self_attn.o_proj"), ("ffn_up", "mlp.gate_up_proj"),
                ("ffn_down", "mlp.down_proj"),
            ]),
        leavesWindowAside: true
    ) { config in
        config["hidden_act"] = "silu"
        config["attention_dropout"] = 0.0
        // 0 is how Phi-4's files say none.
        if try config.int("attention.sliding_window") ?? 0 == 0 { config["sliding_window"] = .null }
        config["original_max_position_embeddings"] = JSONValue(
            try config.int("rope.scaling.original_context_length") ?? config.size("max_position_embeddings"))
        try config.addRotary(partial: true)
    }

    static let olmo2 = GGUFArchitecture(
        name: "olmo2", modelType: "olmo2", className: "Olmo2ForCausalLM", keys: GGUFKey.sizes + [.rmsNorm],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.attention + GGUFTensorRule.queryKeyNorms
            + GGUFTensorRule.gatedFeedForward
            + GGUFTensorRule.layer([
                ("post_attention_norm", "post_attention_layernorm"), ("post_ffw_norm", "post_feedforward_layernorm"),
            ]),
        asksForOutput: true
    ) { config in
        if let window = try config.int("attention.sliding_window"), window > 0 {
            throw config.file.metadata.error(
                config.key("attention.sliding_window"), expected: "none: Olmo 3's windows are not known here")
        }
        config["hidden_act"] = "silu"
        config["attention_bias"] = JSONValue(config.has("blk.0.attn_q.bias"))
        config["attention_dropout"] = 0.0
        try config.addRotary()
    }

    static let starCoder2 = GGUFArchitecture(
        name: "starcoder2", modelType: "starcoder2", className: "Starcoder2ForCausalLM",
        keys: GGUFKey.sizes + [.number("attention.layer_norm_epsilon", "norm_epsilon", isRequired: true)],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.attention
            + GGUFTensorRule.layer([("ffn_up", "mlp.c_fc"), ("ffn_down", "mlp.c_proj")])
    ) { config in
        config["hidden_act"] = "gelu_pytorch_tanh"
        config["use_bias"] = true  // llama.cpp asks for them
        config["sliding_window"] = .null
        try config.addRotary()
    }

    static let stableLM = GGUFArchitecture(
        name: "stablelm", modelType: "stablelm", className: "StableLmForCausalLM",
        keys: GGUFKey.sizes + [.number("attention.layer_norm_epsilon", "layer_norm_eps", isRequired: true)],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.norms + GGUFTensorRule.attention + GGUFTensorRule.gatedFeedForward
            + GGUFTensorRule.layer([
                ("attn_q_norm", "self_attn.q_layernorm.norms.{e}"), ("attn_k_norm", "self_attn.k_layernorm.norms.{e}"),
            ]),
        asksForOutput: true
    ) { config in
        config["hidden_act"] = "silu"
        config["use_qkv_bias"] = JSONValue(config.has("blk.0.attn_q.bias"))
        config["qk_layernorm"] = JSONValue(config.has("blk.0.attn_q_norm.weight"))
        // Where both parts read the same norm there is one norm only; the key is written as true for every model.
        config["use_parallel_residual"] = JSONValue(!config.has("blk.0.ffn_norm.weight"))
        try config.addRotary(partial: true)
    }

    static let gptOSS = GGUFArchitecture(
        name: "gpt-oss", modelType: "gpt_oss", className: "GptOssForCausalLM",
        keys: GGUFKey.sizes.filter { $0.config != "intermediate_size" } + [
            .headSize, .rmsNorm, .integer("expert_count", "num_local_experts", isRequired: true),
            .integer("expert_used_count", "num_experts_per_tok", isRequired: true),
            .integer("expert_feed_forward_length", "intermediate_size", isRequired: true),
            .integer("attention.sliding_window", "sliding_window", isRequired: true),
        ],
        tensors: GGUFTensorRule.ends + GGUFTensorRule.attention
            + GGUFTensorRule.layer([
                ("attn_norm", "input_layernorm"), ("post_attention_norm", "post_attention_layernorm"),
                ("ffn_gate_inp", "mlp.router"), ("ffn_gate_exps", "mlp.experts.gate_proj"),
                ("ffn_up_exps", "mlp.experts.up_proj"),
                ("ffn_down_exps", "mlp.experts.down_proj"),
            ]) + [GGUFTensorRule("blk.{n}.attn_sinks", "model.layers.{n}.self_attn.sinks", hasSuffix: false)],
        asksForOutput: true
    ) { config in
        config["hidden_act"] = "silu"
        config["attention_bias"] = true
        config["head_dim"] = JSONValue(try config.headSize())
        config["layer_types"] = try config.layerTypes(allButEvery: 2)
        try config.addRotary(theta: 150_000)
        // The last model whose bounds are not rounded to whole pairs.
        if case .object(var rope)? = config["rope_parameters"] {
            rope["truncate"] = false
            config["rope_parameters"] = .object(rope)
        }
    }
}
