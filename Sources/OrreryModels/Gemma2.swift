import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Gemma 2 (arXiv:2408.00118): norms before and after each part, soft-capped scores and logits, every other layer with
/// a sliding window; embeddings scaled by the square root of the width.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Gemma2: Decoder, Architecture {
    static let modelTypes = ["gemma2"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var hiddenActivation = Activation.geluTanh
        package var maxPositionEmbeddings: Int
        package var rmsNormEps: Float = 1e-6
        package var queryPreAttnScalar: Float
        package var slidingWindow: Int?
        package var layerTypes: [AttentionLayerType]
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var attentionBias = false
        package var attnLogitSoftcapping: Float?
        package var finalLogitSoftcapping: Float?
        package var tieWordEmbeddings = true
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "num_attention_heads": 8,
        ]
    }

    package let config: Configuration
    package let parameters: [Parameter]
    package let stack: DecoderStack
    package var shape: ModelShape { config.shape }

    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source), scope = root["model"]
        let (D, F, H, Hk, d) = (
            config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.numKeyValueHeads,
            config.headDim
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        let positions = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeTheta, scaling: config.ropeScaling))
        func norm(_ scope: WeightScope, _ width: Int) throws -> RMSNorm {
            try RMSNorm(scope, width, epsilon: config.rmsNormEps, storesOffset: true)
        }
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s, layer in
            let attention = s["self_attn"]
            return SandwichNormBlock(
                norm1: try norm(s["input_layernorm"], D),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.attentionBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.attentionBias, initial: out),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d,
                    slidingWindow: config.layerTypes[layer] == .sliding ? config.slidingWindow : nil,
                    scale: 1 / config.queryPreAttnScalar.squareRoot(), softCap: config.attnLogitSoftcapping),
                postNorm1: try norm(s["post_attention_layernorm"], D),
                norm2: try norm(s["pre_feedforward_layernorm"], D),
                feedForward: try GatedFeedForward(
                    s["mlp"], D, F, activation: config.hiddenActivation, hidden: hidden, out: out),
                postNorm2: try norm(s["post_feedforward_layernorm"], D))
        }
        stack = DecoderStack(
            tokens: tokens, embeddingMultiplier: Float(config.hiddenSize).squareRoot(), blocks: blocks,
            finalNorm: try norm(scope["norm"], D),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head),
            logitsSoftCap: config.finalLogitSoftcapping)
        parameters = root.parameters
    }
}

extension Gemma2.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads, layers) = (
            try json.size("hidden_size"), try json.size("num_attention_heads"), try json.size("num_hidden_layers")
        )
        try json.fixed("use_bidirectional_attention", false)
        let headDim = try json.sizeIfPresent("head_dim") ?? 256,
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 8192
        guard headDim % 2 == 0 else { throw json.error("head_dim", expected: "an even number") }
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        func cap(_ key: String, default fallback: Float) throws -> Float? {
            json.object[key] == nil ? fallback : try json.positiveIfPresent(key)
        }
        self.init(
            vocabSize: try json.sizeIfPresent("vocab_size") ?? 256_000, hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: layers, numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 4), headDim: headDim,
            hiddenActivation: try json.activation("hidden_activation", default: .geluTanh),
            maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-6),
            queryPreAttnScalar: try json.positive("query_pre_attn_scalar", default: 256),
            slidingWindow: try json.sizeOrNull("sliding_window", default: 4096),
            layerTypes: try json.layerTypes(layers) { $0 % 2 == 0 ? .sliding : .full }, ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            attentionBias: try json.flag("attention_bias", default: false),
            attnLogitSoftcapping: try cap("attn_logit_softcapping", default: 50),
            finalLogitSoftcapping: try cap("final_logit_softcapping", default: 30),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: true), eosTokenIDs: try json.endOfText())
    }
}

extension Gemma2 {
    package var configuration: JSONObject {
        [
            "architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_activation": JSONValue(config.hiddenActivation.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps),
            "query_pre_attn_scalar": JSONValue(wholeWherePossible: config.queryPreAttnScalar),
            "sliding_window": JSONValue(config.slidingWindow), "layer_types": JSONValue(config.layerTypes),
            "rope_theta": JSONValue(config.ropeTheta), "rope_scaling": config.ropeScaling.json,
            "attention_bias": JSONValue(config.attentionBias), "attention_dropout": 0.0,
            "attn_logit_softcapping": JSONValue(config.attnLogitSoftcapping),
            "final_logit_softcapping": JSONValue(config.finalLogitSoftcapping),
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
