import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Gemma 3's text model (arXiv:2503.19786): norms before and after each part, of queries and of keys; five layers with
/// a sliding window and rotary positions of their own to one that sees all; embeddings scaled by the square root of the
/// width.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Gemma3: Decoder, Architecture {
    static let modelTypes = ["gemma3_text", "gemma3"]
    /// Checkpoints that see images too keep the text model apart.

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
        /// Of the layers that see all.
        package var ropeTheta: Float = 1e6
        package var ropeScaling = RotaryScaling.none
        /// Of the layers with a window.
        package var ropeLocalBaseFreq: Float = 10_000
        package var ropeLocalScaling = RotaryScaling.none
        package var attentionBias = false
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
        let near = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeLocalBaseFreq,
                scaling: config.ropeLocalScaling))
        let far = PositionEncoding.rotary(
            RotaryTable(
                rotated: d, positions: config.contextLength, theta: config.ropeTheta, scaling: config.ropeScaling))
        func norm(_ scope: WeightScope, _ width: Int) throws -> RMSNorm {
            try RMSNorm(scope, width, epsilon: config.rmsNormEps, storesOffset: true)
        }
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s, layer in
            let attention = s["self_attn"], isSliding = config.layerTypes[layer] == .sliding
            return SandwichNormBlock(
                norm1: try norm(s["input_layernorm"], D),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.attentionBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.attentionBias, initial: out),
                    queryNorm: try norm(attention["q_norm"], d), keyNorm: try norm(attention["k_norm"], d),
                    positions: isSliding ? near : far,
                    heads: H, keyValueHeads: Hk, headSize: d, slidingWindow: isSliding ? config.slidingWindow : nil,
                    scale: 1 / config.queryPreAttnScalar.squareRoot()),
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

extension Gemma3.Configuration {
    /// - Parameter json: of the text model, or of one that sees images too and has the text model's inside.
    init(_ json: JSONFields) throws {
        let outer = json, json = try json.fieldsIfPresent("text_config") ?? json
        let (width, heads, layers) = (
            try json.size("hidden_size"), try json.size("num_attention_heads"), try json.size("num_hidden_layers")
        )
        try json.fixed("use_bidirectional_attention", false)
        // transformers keeps this field and does not use it.
        guard !json.has("attn_logit_softcapping") else {
            throw json.error("attn_logit_softcapping", expected: "null: Gemma 3 has none")
        }
        let headDim = try json.sizeIfPresent("head_dim") ?? 256,
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 131_072
        guard headDim % 2 == 0 else { throw json.error("head_dim", expected: "an even number") }
        let pattern =
            try json.sizeIfPresent("sliding_window_pattern") ?? json.sizeIfPresent("_sliding_window_pattern") ?? 6
        // Newer files have an object per type of layer, older ones one for the layers that see all.
        let both = try json.fieldsIfPresent("rope_parameters"),
            isNested = both?.has("full_attention") == true || both?.has("sliding_attention") == true
        let far = try json.rotary(
            isNested ? both?.fieldsIfPresent("full_attention") : nil, rotated: headDim,
            maxPositionEmbeddings: positions, theta: 1e6)
        let near =
            isNested
            ? try json.rotary(
                both?.fieldsIfPresent("sliding_attention"), rotated: headDim, maxPositionEmbeddings: positions)
            : RotaryFields(theta: try json.positive("rope_local_base_freq", default: 10_000), scaling: .none)
        self.init(
            vocabSize: try json.sizeIfPresent("vocab_size") ?? 262_208, hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: layers, numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 4), headDim: headDim,
            hiddenActivation: try json.activation("hidden_activation", default: .geluTanh),
            maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-6),
            queryPreAttnScalar: try json.positive("query_pre_attn_scalar", default: 256),
            slidingWindow: try json.sizeOrNull("sliding_window", default: 4096),
            layerTypes: try json.layerTypes(layers) { ($0 + 1) % pattern == 0 ? .full : .sliding },
            ropeTheta: far.theta, ropeScaling: far.scaling,
            ropeLocalBaseFreq: near.theta, ropeLocalScaling: near.scaling,
            attentionBias: try json.flag("attention_bias", default: false),
            finalLogitSoftcapping: try json.positiveIfPresent("final_logit_softcapping"),
            tieWordEmbeddings: try json.boolIfPresent("tie_word_embeddings")
                ?? outer.flag("tie_word_embeddings", default: true),
            eosTokenIDs: try outer.has("eos_token_id") ? outer.endOfText() : json.endOfText())
    }
}

extension Gemma3 {
    package var configuration: JSONObject {
        func rotary(_ theta: Float, _ scaling: RotaryScaling) -> JSONValue {
            guard case .object(var object) = scaling.json else {
                return ["rope_type": "default", "rope_theta": JSONValue(theta)]
            }
            object["rope_theta"] = JSONValue(theta)
            return .object(object)
        }
        return [
            "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text",
            "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_activation": JSONValue(config.hiddenActivation.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps),
            "query_pre_attn_scalar": JSONValue(wholeWherePossible: config.queryPreAttnScalar),
            "sliding_window": JSONValue(config.slidingWindow), "layer_types": JSONValue(config.layerTypes),
            "rope_parameters": [
                "full_attention": rotary(config.ropeTheta, config.ropeScaling),
                "sliding_attention": rotary(config.ropeLocalBaseFreq, config.ropeLocalScaling),
            ],
            "attention_bias": JSONValue(config.attentionBias), "attention_dropout": 0.0,
            "final_logit_softcapping": JSONValue(config.finalLogitSoftcapping),
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
