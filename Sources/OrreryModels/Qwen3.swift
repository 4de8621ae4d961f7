import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Qwen3 (arXiv:2505.09388), the default for training: RMSNorm before each part, rotary positions, grouped queries,
/// norms of queries and keys per head, SwiGLU.
///
/// B batch, T positions, D width, H heads, Hk key-value heads, d head size, F feed-forward width, V vocabulary.
package final class Qwen3: Decoder, Architecture {
    static let modelTypes = ["qwen3"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var maxPositionEmbeddings: Int
        package var rmsNormEps: Float
        package var ropeTheta: Float
        package var ropeScaling: RotaryScaling
        package var hiddenAct: Activation
        /// How far back the layers of type `.sliding` see.
        package var slidingWindow: Int?
        /// nil: every layer sees all.
        package var layerTypes: [AttentionLayerType]?
        package var attentionBias: Bool
        package var tieWordEmbeddings: Bool
        package var eosTokenIDs: [Int]

        package init(
            vocabSize: Int, hiddenSize: Int, intermediateSize: Int, numHiddenLayers: Int, numAttentionHeads: Int,
            numKeyValueHeads: Int, headDim: Int,
            maxPositionEmbeddings: Int, rmsNormEps: Float = 1e-6, ropeTheta: Float = 10_000,
            attentionBias: Bool = false,
            tieWordEmbeddings: Bool = true, eosTokenIDs: [Int] = [], ropeScaling: RotaryScaling = .none,
            hiddenAct: Activation = .silu,
            slidingWindow: Int? = nil, layerTypes: [AttentionLayerType]? = nil
        ) {
            (self.vocabSize, self.hiddenSize, self.intermediateSize) = (vocabSize, hiddenSize, intermediateSize)
            (self.numHiddenLayers, self.numAttentionHeads, self.numKeyValueHeads) = (
                numHiddenLayers, numAttentionHeads, numKeyValueHeads
            )
            (self.headDim, self.maxPositionEmbeddings, self.rmsNormEps, self.ropeTheta) = (
                headDim, maxPositionEmbeddings, rmsNormEps, ropeTheta
            )
            (self.attentionBias, self.tieWordEmbeddings, self.eosTokenIDs) = (
                attentionBias, tieWordEmbeddings, eosTokenIDs
            )
            (self.ropeScaling, self.hiddenAct, self.slidingWindow, self.layerTypes) = (
                ropeScaling, hiddenAct, slidingWindow, layerTypes
            )
        }

        static let defaults: JSONObject = [
            "vocab_size": 151_936, "hidden_size": 4096, "intermediate_size": 22_016, "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "max_position_embeddings": 32_768,
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
        let (D, F, d) = (config.hiddenSize, config.intermediateSize, config.headDim)
        let (queryWidth, keyWidth, bias, eps) = (
            config.numAttentionHeads * d, config.numKeyValueHeads * d, config.attentionBias, config.rmsNormEps
        )
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeTheta, scaling: config.ropeScaling))
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s, layer in
            let a = s["self_attn"], m = s["mlp"]
            let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
            return PreNormBlock(
                norm1: try RMSNorm(s["input_layernorm"], D, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: try .separate(a, D, query: queryWidth, keyValue: keyWidth, bias: bias, initial: hidden),
                    output: try Linear(a["o_proj"], queryWidth, D, bias: bias, initial: out),
                    queryNorm: try RMSNorm(a["q_norm"], d, epsilon: eps),
                    keyNorm: try RMSNorm(a["k_norm"], d, epsilon: eps),
                    positions: positions, heads: config.numAttentionHeads, keyValueHeads: config.numKeyValueHeads,
                    headSize: d,
                    slidingWindow: config.layerTypes?[layer] == .sliding ? config.slidingWindow : nil),
                norm2: try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps),
                feedForward: try GatedFeedForward(m, D, F, activation: config.hiddenAct, hidden: hidden, out: out))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try RMSNorm(scope["norm"], D, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension Qwen3.Configuration {
    init(_ json: JSONFields) throws {
        let heads = try json.size("num_attention_heads"), layers = try json.size("num_hidden_layers"),
            positions = try json.size("max_position_embeddings")
        let headDim = try json.sizeIfPresent("head_dim") ?? 128  // the class's default, whatever the width
        guard headDim % 2 == 0 else { throw json.error("head_dim", expected: "an even number") }
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        let window =
            try json.flag("use_sliding_window", default: false)
            ? json.sizeOrNull("sliding_window", default: 4096) : nil
        let fullLayers = try json.intIfPresent("max_window_layers") ?? 28
        let types = try json.layerTypes(layers) { window != nil && $0 >= fullLayers ? .sliding : .full }
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: try json.size("hidden_size"),
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: layers, numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 32), headDim: headDim,
            maxPositionEmbeddings: positions, rmsNormEps: try json.positive("rms_norm_eps", default: 1e-6),
            ropeTheta: rotary.theta,
            attentionBias: try json.flag("attention_bias", default: false),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false),
            eosTokenIDs: try json.endOfText(), ropeScaling: rotary.scaling,
            hiddenAct: try json.activation("hidden_act", default: .silu),
            slidingWindow: window, layerTypes: types.contains(.sliding) ? types : nil)
    }
}

extension Qwen3 {
    package var configuration: JSONObject {
        var c = JSONObject()
        c["architectures"] = ["Qwen3ForCausalLM"]
        c["model_type"] = "qwen3"
        c["vocab_size"] = JSONValue(config.vocabSize)
        c["hidden_size"] = JSONValue(config.hiddenSize)
        c["intermediate_size"] = JSONValue(config.intermediateSize)
        c["num_hidden_layers"] = JSONValue(config.numHiddenLayers)
        c["num_attention_heads"] = JSONValue(config.numAttentionHeads)
        c["num_key_value_heads"] = JSONValue(config.numKeyValueHeads)
        c["head_dim"] = JSONValue(config.headDim)
        c["hidden_act"] = JSONValue(config.hiddenAct.rawValue)
        c["max_position_embeddings"] = JSONValue(config.maxPositionEmbeddings)
        c["rms_norm_eps"] = JSONValue(config.rmsNormEps)
        c["rope_theta"] = JSONValue(config.ropeTheta)
        c["rope_scaling"] = config.ropeScaling.json
        c["attention_bias"] = JSONValue(config.attentionBias)
        c["attention_dropout"] = 0.0
        c["tie_word_embeddings"] = JSONValue(config.tieWordEmbeddings)
        c["use_sliding_window"] = JSONValue(config.layerTypes != nil)
        if let types = config.layerTypes {
            c["sliding_window"] = JSONValue(config.slidingWindow)
            c["layer_types"] = JSONValue(types)
        }
        c["bos_token_id"] = JSONValue(config.eosTokenIDs.first)
        c["eos_token_id"] =
            config.eosTokenIDs.count > 1 ? JSONValue(config.eosTokenIDs) : JSONValue(config.eosTokenIDs.first)
        return c
    }
}
