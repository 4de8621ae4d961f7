import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Qwen2 and 2.5 (arXiv:2407.10671, 2412.15115): Llama's block with biases of queries, keys and values; later layers
/// may see a sliding window.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Qwen2: Decoder, Architecture {
    static let modelTypes = ["qwen2"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var hiddenAct = Activation.silu
        package var maxPositionEmbeddings: Int
        package var rmsNormEps: Float = 1e-6
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        /// How far back the layers of type `.sliding` see.
        package var slidingWindow: Int?
        package var layerTypes: [AttentionLayerType]?
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 151_936, "hidden_size": 4096, "intermediate_size": 22_016, "num_hidden_layers": 32,
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
            config.headDim, config.rmsNormEps
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeTheta, scaling: config.ropeScaling))
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s, layer in
            let attention = s["self_attn"]
            return PreNormBlock(
                norm1: try RMSNorm(s["input_layernorm"], D, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: true, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: false, initial: out),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d,
                    slidingWindow: config.layerTypes?[layer] == .sliding ? config.slidingWindow : nil),
                norm2: try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps),
                feedForward: try GatedFeedForward(
                    s["mlp"], D, F, activation: config.hiddenAct, hidden: hidden, out: out))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try RMSNorm(scope["norm"], D, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension Qwen2.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 32768
        let layers = try json.size("num_hidden_layers"),
            window =
                try json.flag("use_sliding_window", default: false)
                ? json.sizeOrNull("sliding_window", default: 4096) : nil
        let fullLayers = try json.intIfPresent("max_window_layers") ?? 28
        let types = try json.layerTypes(layers) { window != nil && $0 >= fullLayers ? .sliding : .full }
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: layers, numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 32),
            headDim: headDim, hiddenAct: try json.activation("hidden_act", default: .silu),
            maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-6), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            slidingWindow: window, layerTypes: types.contains(.sliding) ? types : nil,
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension Qwen2 {
    package var configuration: JSONObject {
        var c: JSONObject = [
            "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps), "rope_theta": JSONValue(config.ropeTheta),
            "rope_scaling": config.ropeScaling.json,
            "attention_dropout": 0.0, "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
            "use_sliding_window": JSONValue(config.layerTypes != nil),
        ]
        if let types = config.layerTypes {
            c["sliding_window"] = JSONValue(config.slidingWindow)
            c["layer_types"] = JSONValue(types)
        }
        return c
    }
}
