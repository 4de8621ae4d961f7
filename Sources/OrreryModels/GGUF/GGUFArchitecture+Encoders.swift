import OrreryFiles

/// Models that read a text whole.
extension GGUFArchitecture {
    static let bert = GGUFArchitecture(
        name: "bert", modelType: "bert", className: "BertModel",
        keys: [
            .integer("context_length", "max_position_embeddings", isRequired: true),
            .integer("embedding_length", "hidden_size", isRequired: true),
            .integer("block_count", "num_hidden_layers", isRequired: true),
            .integer("feed_forward_length", "intermediate_size", isRequired: true),
            .integer("attention.head_count", "num_attention_heads", isRequired: true),
            .number("attention.layer_norm_epsilon", "layer_norm_eps", isRequired: true),
        ],
        tensors: [
            GGUFTensorRule("token_embd", "embeddings.word_embeddings"),
            GGUFTensorRule("position_embd", "embeddings.position_embeddings"),
            GGUFTensorRule("token_types", "embeddings.token_type_embeddings"),
            GGUFTensorRule("token_embd_norm", "embeddings.LayerNorm"),
        ]
            + [
                ("attn_q", "attention.self.query"), ("attn_k", "attention.self.key"),
                ("attn_v", "attention.self.value"), ("attn_output", "attention.output.dense"),
                ("attn_output_norm", "attention.output.LayerNorm"), ("ffn_up", "intermediate.dense"),
                ("ffn_down", "output.dense"),
                ("layer_output_norm", "output.LayerNorm"),
            ].map { GGUFTensorRule("blk.{n}.\($0.0)", "encoder.layer.{n}.\($0.1)") }
    ) { config in
        config["hidden_act"] = "gelu"
        config["type_vocab_size"] = JSONValue(config.file.tensors["token_types.weight"]?.shape.first ?? 1)
        config["tie_word_embeddings"] = nil
    } adds: { config, add in
        add("attention.causal", .bool(false))
        if let types = config["type_vocab_size"]?.number { add(typeCount, .uint32(UInt32(types))) }
    }

    /// llama.cpp asks for it among the tokenizer's keys.
    static let typeCount = "tokenizer.ggml.token_type_count"

    static let t5 = GGUFArchitecture(
        name: "t5", modelType: "t5", className: "T5ForConditionalGeneration",
        keys: [
            .integer("embedding_length", "d_model", isRequired: true),
            .integer("feed_forward_length", "d_ff", isRequired: true),
            .integer("block_count", "num_layers", isRequired: true),
            .integer("decoder_block_count", "num_decoder_layers"),
            .integer("attention.head_count", "num_heads", isRequired: true),
            .integer("attention.key_length", "d_kv", isRequired: true),
            .number("attention.layer_norm_rms_epsilon", "layer_norm_epsilon", isRequired: true),
            .integer("attention.relative_buckets_count", "relative_attention_num_buckets", isRequired: true),
            .integer("decoder_start_token_id", "decoder_start_token_id"),
        ],
        tensors: [
            GGUFTensorRule("token_embd", "shared"), GGUFTensorRule("output", "lm_head"),
            GGUFTensorRule("enc.output_norm", "encoder.final_layer_norm"),
            GGUFTensorRule("dec.output_norm", "decoder.final_layer_norm"),
        ]
            + t5Layers(
                "enc", "encoder",
                [
                    ("attn_norm", "0.layer_norm"), ("attn_rel_b", "0.SelfAttention.relative_attention_bias"),
                    ("attn_q", "0.SelfAttention.q"),
                    ("attn_k", "0.SelfAttention.k"), ("attn_v", "0.SelfAttention.v"), ("attn_o", "0.SelfAttention.o"),
                    ("ffn_norm", "1.layer_norm"), ("ffn_up", "1.DenseReluDense.wi"),
                    ("ffn_gate", "1.DenseReluDense.wi_0"), ("ffn_up", "1.DenseReluDense.wi_1"),
                    ("ffn_down", "1.DenseReluDense.wo"),
                ])
            + t5Layers(
                "dec", "decoder",
                [
                    ("attn_norm", "0.layer_norm"), ("attn_rel_b", "0.SelfAttention.relative_attention_bias"),
                    ("attn_q", "0.SelfAttention.q"),
                    ("attn_k", "0.SelfAttention.k"), ("attn_v", "0.SelfAttention.v"), ("attn_o", "0.SelfAttention.o"),
                    ("cross_attn_norm", "1.layer_norm"), ("cross_attn_q", "1.EncDecAttention.q"),
                    ("cross_attn_k", "1.EncDecAttention.k"),
                    ("cross_attn_v", "1.EncDecAttention.v"), ("cross_attn_o", "1.EncDecAttention.o"),
                    ("ffn_norm", "2.layer_norm"), ("ffn_up", "2.DenseReluDense.wi"),
                    ("ffn_gate", "2.DenseReluDense.wi_0"), ("ffn_up", "2.DenseReluDense.wi_1"),
                    ("ffn_down", "2.DenseReluDense.wo"),
                ]), asksForOutput: true
    ) { config in
        // By llama.cpp's graph: a gated network has GELU, another ReLU, and positions differ up to 128.
        config["feed_forward_proj"] = config.has("enc.blk.0.ffn_gate.weight") ? "gated-gelu" : "relu"
        config["relative_attention_max_distance"] = 128
        config["scale_decoder_outputs"] = config["tie_word_embeddings"]
        config["is_encoder_decoder"] = true
        config["num_decoder_layers"] = config["num_decoder_layers"] ?? config["num_layers"]
        config["decoder_start_token_id"] = config["decoder_start_token_id"] ?? 0
    } adds: { config, add in
        add("context_length", .uint32(512))  // of the texts that T5 was trained with; relative positions have no end
        if let head = config["d_kv"]?.number { add("attention.value_length", .uint32(UInt32(head))) }
        if let epsilon = config["layer_norm_epsilon"]?.number {
            add("attention.layer_norm_epsilon", .float32(Float(epsilon)))
        }
    }

    private static func t5Layers(
        _ gguf: String, _ config: String, _ parts: [(gguf: String, config: String)]
    ) -> [GGUFTensorRule] {
        parts.map { GGUFTensorRule("\(gguf).blk.{n}.\($0.gguf)", "\(config).block.{n}.layer.\($0.config)") }
    }
}
