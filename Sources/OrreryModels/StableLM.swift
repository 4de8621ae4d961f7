import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// StableLM 2 (arXiv:2402.17834): LayerNorms, part of a head turns, biases of queries, keys and values; the larger
/// model norms each head and lets attention and feed-forward read the same norm side by side.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class StableLM: Decoder, Architecture {
    static let modelTypes = ["stablelm"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        /// The share of a head that turns.
        package var partialRotaryFactor = 0.25
        package var hiddenAct = Activation.silu
        package var maxPositionEmbeddings: Int
        package var layerNormEps: Float = 1e-5
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var useQKVBias = false
        package var qkLayernorm = false
        package var useParallelResidual = false
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 50_304, "hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers": 32,
            "num_attention_heads": 32,
        ]
    }

    package let config: Configuration
    package let parameters: [Parameter]
    package let stack: DecoderStack
    package var shape: ModelShape { config.shape }

    /// - Parameter initial: how a fresh model starts.
    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source), scope = root["model"]
        let (D, F, H, Hk, d, eps) = (
            config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.numKeyValueHeads,
            config.headDim, config.layerNormEps
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: config.rotated, positions: config.contextLength, theta: config.ropeTheta,
                scaling: config.ropeScaling))
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s -> any DecoderBlock in
            let a = s["self_attn"]
            func headNorm(_ name: String, _ heads: Int) throws -> (any Norm)? {
                config.qkLayernorm ? try LayerNormPerHead(a[name]["norms"], heads: heads, d, epsilon: eps) : nil
            }
            let norm1 = try LayerNorm(s["input_layernorm"], D, bias: true, epsilon: eps)
            let attention = CausalSelfAttention(
                projection: try .separate(
                    a, D, query: H * d, keyValue: Hk * d, bias: config.useQKVBias, initial: hidden),
                output: try Linear(a["o_proj"], H * d, D, bias: false, initial: out),
                queryNorm: try headNorm("q_layernorm", H),
                keyNorm: try headNorm("k_layernorm", Hk), positions: positions, heads: H, keyValueHeads: Hk, headSize: d
            )
            func feedForward() throws -> GatedFeedForward {
                try GatedFeedForward(s["mlp"], D, F, activation: config.hiddenAct, hidden: hidden, out: out)
            }
            if config.useParallelResidual {
                return ParallelBlock(norm1: norm1, attention: attention, feedForward: try feedForward())
            }
            return PreNormBlock(
                norm1: norm1, attention: attention,
                norm2: try LayerNorm(s["post_attention_layernorm"], D, bias: true, epsilon: eps),
                feedForward: try feedForward())
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try LayerNorm(scope["norm"], D, bias: true, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension StableLM.Configuration {
    var rotated: Int { Int(Double(headDim) * partialRotaryFactor) }
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads, isOwn: false),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 4096
        let share = try json.partialRotaryFactor(headDim, default: 0.25)
        let rotary = try json.rotary(rotated: Int(Double(headDim) * share), maxPositionEmbeddings: positions)
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 32),
            headDim: headDim, partialRotaryFactor: share, hiddenAct: try json.activation("hidden_act", default: .silu),
            maxPositionEmbeddings: positions,
            layerNormEps: try json.positive("layer_norm_eps", default: 1e-5), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            useQKVBias: try json.flag("use_qkv_bias", default: false),
            qkLayernorm: try json.flag("qk_layernorm", default: false),
            useParallelResidual: try json.flag("use_parallel_residual", default: false),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension StableLM {
    package var configuration: JSONObject {
        [
            "architectures": ["StableLmForCausalLM"], "model_type": "stablelm",
            "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads),
            "partial_rotary_factor": JSONValue(config.partialRotaryFactor),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "layer_norm_eps": JSONValue(config.layerNormEps), "rope_theta": JSONValue(config.ropeTheta),
            "rope_scaling": config.ropeScaling.json,
            "use_qkv_bias": JSONValue(config.useQKVBias), "qk_layernorm": JSONValue(config.qkLayernorm),
            "use_parallel_residual": JSONValue(config.useParallelResidual), "attention_dropout": 0.0,
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
