import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// GPT-NeoX and Pythia (arXiv:2204.06745, 2304.01373): LayerNorms, a quarter of a head turns, and attention and
/// feed-forward read the residual stream side by side, each through its own norm.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class GPTNeoX: Decoder, Architecture {
    static let modelTypes = ["gpt_neox"]
    static let otherPrefixes = ["gpt_neox.": [""], "embed_out.": ["lm_head."]]
    static var tied: (head: String, tokens: String)? { ("embed_out.weight", "gpt_neox.embed_in.weight") }

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        /// The share of a head that turns.
        package var rotaryPct = 0.25
        package var hiddenAct = Activation.gelu
        package var maxPositionEmbeddings: Int
        package var layerNormEps: Float = 1e-5
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var attentionBias = true
        package var useParallelResidual = true
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 50_432, "hidden_size": 6144, "num_hidden_layers": 44, "num_attention_heads": 64,
            "intermediate_size": 24_576,
        ]
    }

    package let config: Configuration
    package let parameters: [Parameter]
    package let stack: DecoderStack
    package var shape: ModelShape { config.shape }

    /// - Parameter initial: how a fresh model starts.
    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source), scope = root["gpt_neox"]
        let (D, F, H, d, eps) = (
            config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.headDim, config.layerNormEps
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: config.rotated, positions: config.contextLength, theta: config.ropeTheta,
                scaling: config.ropeScaling))
        let tokens = try Embedding(scope["embed_in"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s -> any DecoderBlock in
            let a = s["attention"], norm1 = try LayerNorm(s["input_layernorm"], D, bias: true, epsilon: eps)
            let attention = CausalSelfAttention(
                projection: .fusedByHead(
                    try Linear(a["query_key_value"], D, 3 * D, bias: config.attentionBias, initial: hidden)),
                output: try Linear(a["dense"], D, D, bias: config.attentionBias, initial: out), positions: positions,
                heads: H, keyValueHeads: H, headSize: d)
            let norm2 = try LayerNorm(s["post_attention_layernorm"], D, bias: true, epsilon: eps)
            let feedForward = FeedForward(
                up: try Linear(s["mlp"]["dense_h_to_4h"], D, F, bias: true, initial: hidden),
                down: try Linear(s["mlp"]["dense_4h_to_h"], F, D, bias: true, initial: out),
                activation: config.hiddenAct)
            return config.useParallelResidual
                ? ParallelBlock(norm1: norm1, attention: attention, norm2: norm2, feedForward: feedForward)
                : PreNormBlock(norm1: norm1, attention: attention, norm2: norm2, feedForward: feedForward)
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks,
            finalNorm: try LayerNorm(scope["final_layer_norm"], D, bias: true, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["embed_out"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension GPTNeoX.Configuration {
    package var numKeyValueHeads: Int { numAttentionHeads }
    var headDim: Int { hiddenSize / numAttentionHeads }
    var rotated: Int { Int(Double(headDim) * rotaryPct) }
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads, isOwn: false, isEven: false),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 2048
        let share = try json.partialRotaryFactor(headDim, default: 0.25, older: "rotary_pct")
        let rotary = try json.rotary(
            rotated: Int(Double(headDim) * share), maxPositionEmbeddings: positions, older: "rotary_emb_base")
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads, rotaryPct: share,
            hiddenAct: try json.activation("hidden_act", default: .gelu), maxPositionEmbeddings: positions,
            layerNormEps: try json.positive("layer_norm_eps", default: 1e-5), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            attentionBias: try json.flag("attention_bias", default: true),
            useParallelResidual: try json.flag("use_parallel_residual", default: true),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension GPTNeoX {
    package var configuration: JSONObject {
        [
            "architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox",
            "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "partial_rotary_factor": JSONValue(config.rotaryPct), "rotary_pct": JSONValue(config.rotaryPct),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "layer_norm_eps": JSONValue(config.layerNormEps), "rope_theta": JSONValue(config.ropeTheta),
            "rotary_emb_base": JSONValue(config.ropeTheta), "rope_scaling": config.ropeScaling.json,
            "attention_bias": JSONValue(config.attentionBias),
            "use_parallel_residual": JSONValue(config.useParallelResidual), "attention_dropout": 0.0,
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
