import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// StarCoder 2 (arXiv:2402.19173): GPT-2's LayerNorms and feed-forward network with rotary positions, grouped queries
/// and a sliding window.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Starcoder2: Decoder, Architecture {
    static let modelTypes = ["starcoder2"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var hiddenAct = Activation.geluTanh
        package var maxPositionEmbeddings: Int
        package var normEpsilon: Float = 1e-5
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var useBias = true
        package var slidingWindow: Int?
        package var tieWordEmbeddings = true
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 49_152, "hidden_size": 3072, "intermediate_size": 12_288, "num_hidden_layers": 30,
            "num_attention_heads": 24,
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
            config.headDim, config.normEpsilon
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeTheta, scaling: config.ropeScaling))
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s in
            let attention = s["self_attn"]
            return PreNormBlock(
                norm1: try LayerNorm(s["input_layernorm"], D, bias: true, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.useBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.useBias, initial: out),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d, slidingWindow: config.slidingWindow),
                norm2: try LayerNorm(s["post_attention_layernorm"], D, bias: true, epsilon: eps),
                feedForward: FeedForward(
                    up: try Linear(s["mlp"]["c_fc"], D, F, bias: config.useBias, initial: hidden),
                    down: try Linear(s["mlp"]["c_proj"], F, D, bias: config.useBias, initial: out),
                    activation: config.hiddenAct))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try LayerNorm(scope["norm"], D, bias: true, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension Starcoder2.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 4096
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 2),
            headDim: headDim, hiddenAct: try json.activation("hidden_act", default: .geluTanh),
            maxPositionEmbeddings: positions,
            normEpsilon: try json.positive("norm_epsilon", default: 1e-5), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            useBias: try json.flag("use_bias", default: true), slidingWindow: try json.sizeIfPresent("sliding_window"),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: true), eosTokenIDs: try json.endOfText())
    }
}

extension Starcoder2 {
    package var configuration: JSONObject {
        [
            "architectures": ["Starcoder2ForCausalLM"], "model_type": "starcoder2",
            "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "norm_epsilon": JSONValue(config.normEpsilon), "rope_theta": JSONValue(config.ropeTheta),
            "rope_scaling": config.ropeScaling.json,
            "use_bias": JSONValue(config.useBias), "sliding_window": JSONValue(config.slidingWindow),
            "attention_dropout": 0.0,
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
