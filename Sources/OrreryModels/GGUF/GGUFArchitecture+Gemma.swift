import OrreryFiles

extension GGUFArchitecture {
    private static let gemmaNorms = GGUFTensorRule.plusOne(
        [GGUFTensorRule("output_norm", "model.norm")]
            + GGUFTensorRule.layer([
                ("attn_norm", "input_layernorm"), ("post_attention_norm", "post_attention_layernorm"),
                ("ffn_norm", "pre_feedforward_layernorm"),
                ("post_ffw_norm", "post_feedforward_layernorm"),
            ]))

    private static let gemmaEnds = [
        GGUFTensorRule("token_embd", "model.embed_tokens"), GGUFTensorRule("output", "lm_head"),
    ]

    static let gemma2 = GGUFArchitecture(
        name: "gemma2", modelType: "gemma2", className: "Gemma2ForCausalLM",
        keys: GGUFKey.sizes + [
            .headSize, .rmsNorm, .number("attn_logit_softcapping", "attn_logit_softcapping"),
            .number("final_logit_softcapping", "final_logit_softcapping"),
            .integer("attention.sliding_window", "sliding_window"),
        ], tensors: gemmaEnds + gemmaNorms + GGUFTensorRule.attention + GGUFTensorRule.gatedFeedForward
    ) { config in
        config["sliding_window"] = config["sliding_window"] ?? 4096
        config["tie_word_embeddings"] = true
        try completeGemma(&config, layersOf27B: 46, allButEvery: 2)
        try config.addRotary()
    }

    static let gemma3 = GGUFArchitecture(
        name: "gemma3", modelType: "gemma3_text", className: "Gemma3ForCausalLM",
        keys: GGUFKey.sizes + [
            .headSize, .rmsNorm, .number("final_logit_softcapping", "final_logit_softcapping"),
            .integer("attention.sliding_window", "sliding_window"),
        ],
        tensors: gemmaEnds + gemmaNorms + GGUFTensorRule.attention + GGUFTensorRule.gatedFeedForward
            + GGUFTensorRule.plusOne(GGUFTensorRule.queryKeyNorms)
    ) { config in
        let hasWindow = try config.int("attention.sliding_window") ?? 0 > 0
        if !hasWindow { config["sliding_window"] = 4096 }  // of no layer
        try completeGemma(&config, layersOf27B: 62, allButEvery: hasWindow ? 6 : nil)
        // Layers with a window have positions of their own, without scaling.
        var local = JSONObject()
        local["rope_type"] = "default"
        local["rope_theta"] = JSONValue(try config.number("rope.freq_base_swa") ?? 10_000)
        var both = JSONObject()
        both["full_attention"] = .object(try config.rotary(theta: 1_000_000))
        both["sliding_attention"] = .object(local)
        config["rope_parameters"] = .object(both)
    }

    /// - Parameters:
    ///   - layersOf27B: the depth by which llama.cpp knows the one model whose queries are scaled by its width over its
    ///     heads.
    ///   - every: All but every layer of that number have a window, unless the file says otherwise; nil where none has.
    private static func completeGemma(
        _ config: inout GGUFConfiguration, layersOf27B: Int, allButEvery every: Int?
    ) throws {
        let layers = try config.size("num_hidden_layers"), head = try config.headSize()
        config["head_dim"] = JSONValue(head)
        config["hidden_activation"] = "gelu_pytorch_tanh"
        config["attention_bias"] = false
        config["attention_dropout"] = 0.0
        config["query_pre_attn_scalar"] = JSONValue(
            layers == layersOf27B ? try config.size("hidden_size") / config.size("num_attention_heads") : head)
        config["layer_types"] =
            try every.map(config.layerTypes) ?? JSONValue(Array(repeating: AttentionLayerType.full, count: layers))
    }
}
