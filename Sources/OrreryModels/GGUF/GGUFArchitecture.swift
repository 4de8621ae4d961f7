import OrreryFiles

/// How one architecture's hyperparameters and tensors are called in GGUF files and in Hugging Face directories.
///
/// A GGUF file is opened by translating its metadata into the `config.json` that Hugging Face would have, and by asking
/// for each weight by the name it has there; writing one goes the other way through the same tables. So every
/// architecture has one definition.
///
/// Sources: llama.cpp's `conversion/`, `gguf-py/gguf/{constants,tensor_mapping}.py` and `src/models/`.
struct GGUFArchitecture: Sendable {
    /// `general.architecture`.
    let name: String
    /// Hugging Face's `model_type`.
    let modelType: String
    /// Hugging Face's class, for `architectures` in config.json.
    let className: String
    let keys: [GGUFKey]
    let tensors: [GGUFTensorRule]
    /// Whether llama.cpp wants an output layer even where the table of embeddings is one.
    var asksForOutput = false
    /// Whether llama.cpp knows of a window and attends to all before it.
    var leavesWindowAside = false
    /// What the tables can't say, after them.
    var completes: @Sendable (inout GGUFConfiguration) throws -> Void = { _ in }
    /// The same the other way: keys to add, from a configuration.
    var adds: @Sendable (_ config: JSONObject, _ add: (String, GGUFValue) -> Void) throws -> Void = { _, _ in }

    /// The architecture of a file.
    ///
    /// - Throws: `ModelError` naming one that is not known here, and those that are.
    static func of(_ file: GGUFFile) throws -> GGUFArchitecture {
        let name = try file.metadata.string("general.architecture")
        let experts = try file.metadata.intIfPresent("\(name).expert_count") ?? 0
        // Mixtral is Llama with experts; to llama.cpp they are one architecture.
        if name == "llama", experts > 0 { return mixtral }
        if let found = all.first(where: { $0.name == name }) { return found }
        throw ModelError.ggufArchitecture(name, path: file.path, known: Set(all.map(\.name)).sorted())
    }

    static func of(modelType: String) -> GGUFArchitecture? { all.first { $0.modelType == modelType } }

    /// Of several with one name the first is what files are read as.
    static let all: [GGUFArchitecture] = [
        gpt2, gptNeoX, llama, mixtral, mistral, qwen2, qwen3, qwen3MoE, gemma2, gemma3, phi3, olmo2, smolLM3,
        starCoder2, stableLM, granite, gptOSS,
        bert, t5,
    ]
}

/// A hyperparameter by its two names.
struct GGUFKey: Sendable {
    enum Kind: Sendable { case integer, number, flag }

    /// Without the architecture's name before it.
    let gguf: String
    let config: String
    let kind: Kind
    /// Whether a file without it can't be opened.
    let isRequired: Bool

    static func integer(_ gguf: String, _ config: String, isRequired: Bool = false) -> GGUFKey {
        .init(gguf: gguf, config: config, kind: .integer, isRequired: isRequired)
    }
    static func number(_ gguf: String, _ config: String, isRequired: Bool = false) -> GGUFKey {
        .init(gguf: gguf, config: config, kind: .number, isRequired: isRequired)
    }
    static func flag(_ gguf: String, _ config: String) -> GGUFKey {
        .init(gguf: gguf, config: config, kind: .flag, isRequired: false)
    }

    /// The sizes that every decoder has, in the words of Llama's configuration.
    static let sizes = [
        integer("context_length", "max_position_embeddings", isRequired: true),
        integer("embedding_length", "hidden_size", isRequired: true),
        integer("block_count", "num_hidden_layers", isRequired: true),
        integer("feed_forward_length", "intermediate_size", isRequired: true),
        integer("attention.head_count", "num_attention_heads", isRequired: true),
        integer("attention.head_count_kv", "num_key_value_heads"),
    ]
    static let headSize = integer("attention.key_length", "head_dim")
    static let rmsNorm = number("attention.layer_norm_rms_epsilon", "rms_norm_eps", isRequired: true)
    static let experts = [
        integer("expert_count", "num_experts", isRequired: true),
        integer("expert_used_count", "num_experts_per_tok", isRequired: true),
    ]
}

/// A tensor by its two names, without `.weight` and `.bias`; `{n}` is the layer, `{e}` the part of a stack that is one
/// tensor in GGUF.
struct GGUFTensorRule: Sendable {
    /// How the numbers differ.
    enum Difference: Sendable {
        case none
        /// Rows of each head in the order in which llama.cpp turns neighbours, where Hugging Face turns halves.
        case rotaryRows(ofKeys: Bool)
        /// [3, heads, size] where Hugging Face has [heads, 3, size].
        case queryKeyValueRows
        /// Norms that multiply by 1 + weight in Hugging Face have that sum in GGUF.
        case plusOne
        /// [output, input] where GPT-2's Conv1D has [input, output].
        case transposed
    }

    let gguf: String
    let config: String
    let difference: Difference

    /// Whether Hugging Face's name ends in `.weight` or `.bias` too.
    let hasSuffix: Bool

    init(_ gguf: String, _ config: String, _ difference: Difference = .none, hasSuffix: Bool = true) {
        (self.gguf, self.config, self.difference, self.hasSuffix) = (gguf, config, difference, hasSuffix)
    }

    /// What stands before and after the layers.
    static let ends = [
        GGUFTensorRule("token_embd", "model.embed_tokens"), GGUFTensorRule("output_norm", "model.norm"),
        GGUFTensorRule("output", "lm_head"),
    ]

    /// Rules for the parts of `model.layers.{n}`.
    static func layer(_ parts: [(gguf: String, config: String)]) -> [GGUFTensorRule] {
        parts.map { GGUFTensorRule("blk.{n}.\($0.gguf)", "model.layers.{n}.\($0.config)") }
    }

    /// Queries and keys whose rows llama.cpp has in another order.
    static let permutedAttention =
        [
            GGUFTensorRule("blk.{n}.attn_q", "model.layers.{n}.self_attn.q_proj", .rotaryRows(ofKeys: false)),
            GGUFTensorRule("blk.{n}.attn_k", "model.layers.{n}.self_attn.k_proj", .rotaryRows(ofKeys: true)),
        ] + layer([("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj")])

    static let attention = layer([
        ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
        ("attn_output", "self_attn.o_proj"),
    ])
    static let queryKeyNorms = layer([("attn_q_norm", "self_attn.q_norm"), ("attn_k_norm", "self_attn.k_norm")])
    static let norms = layer([("attn_norm", "input_layernorm"), ("ffn_norm", "post_attention_layernorm")])
    static let gatedFeedForward = layer([
        ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ])

    /// The same rules for norms that multiply by 1 + weight.
    static func plusOne(_ rules: [GGUFTensorRule]) -> [GGUFTensorRule] {
        rules.map { GGUFTensorRule($0.gguf, $0.config, .plusOne) }
    }
}
