import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// GPT-2 (Radford et al., 2019): LayerNorm before each part, learned positions, GELU, tied embeddings. Also nanoGPT's
/// variant of it, without biases and with the exact GELU.
///
/// B batch, T positions, D width, V vocabulary.
package final class GPT2: Decoder, Architecture {
    static let modelTypes = ["gpt2"]
    static let otherPrefixes = ["transformer.": ["", "model."]]
    static var tied: (head: String, tokens: String)? { ("lm_head.weight", "transformer.wte.weight") }

    package struct Configuration: DecoderConfiguration {
        package var vocabSize: Int
        package var nPositions: Int
        package var nEmbd: Int
        package var nLayer: Int
        package var nHead: Int
        package var nInner: Int?
        package var activationFunction: Activation
        package var layerNormEpsilon: Float
        /// nanoGPT's extension: false leaves all biases out. Hugging Face's class always has them, so a checkpoint is
        /// written with zeros.
        package var bias: Bool
        package var tieWordEmbeddings: Bool
        package var eosTokenID: Int?
        /// Whether scores are divided by the root of the head size.
        package var scaleAttnWeights = true
        /// Whether scores are divided by the layer's number, counted from 1, too.
        package var scaleAttnByInverseLayerIdx = false

        package init(
            vocabSize: Int, nPositions: Int, nEmbd: Int, nLayer: Int, nHead: Int, nInner: Int? = nil,
            activationFunction: Activation = .geluTanh,
            layerNormEpsilon: Float = 1e-5, bias: Bool = true, tieWordEmbeddings: Bool = true, eosTokenID: Int? = nil
        ) {
            (self.vocabSize, self.nPositions, self.nEmbd, self.nLayer, self.nHead) = (
                vocabSize, nPositions, nEmbd, nLayer, nHead
            )
            (self.nInner, self.activationFunction, self.layerNormEpsilon) = (
                nInner, activationFunction, layerNormEpsilon
            )
            (self.bias, self.tieWordEmbeddings, self.eosTokenID) = (bias, tieWordEmbeddings, eosTokenID)
        }

        /// The scale of a layer's scores; nil means 1 / sqrt(head size).
        func attentionScale(layer: Int) -> Float? {
            if scaleAttnWeights, !scaleAttnByInverseLayerIdx { return nil }
            return (scaleAttnWeights ? 1 / Float(nEmbd / nHead).squareRoot() : 1)
                / (scaleAttnByInverseLayerIdx ? Float(layer + 1) : 1)
        }

        static let defaults: JSONObject = [
            "vocab_size": 50_257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12,
        ]
        static let otherNames = [
            "hidden_size": "n_embd", "max_position_embeddings": "n_positions", "num_attention_heads": "n_head",
            "num_hidden_layers": "n_layer",
        ]
    }

    package let config: Configuration
    package let parameters: [Parameter]
    package let stack: DecoderStack
    package var shape: ModelShape { config.shape }

    /// - Parameter initial: how a fresh model starts.
    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        layout = source.layout(.inputByOutput)
        let root = WeightScope(source), scope = root["transformer"]
        let (D, bias) = (config.nEmbd, config.bias)
        let hidden = initial.hidden(D), out = initial.projection(layers: config.nLayer, D)
        let tokens = try Embedding(scope["wte"], config.vocabSize, D, standardDeviation: initial.embedding)
        let positions = PositionEncoding.learned(
            try Embedding(scope["wpe"], config.nPositions, D, standardDeviation: initial.embedding))
        let blocks = try scope["h"].layers(config.nLayer) { h, layer in
            let inner = config.nInner ?? 4 * D
            return PreNormBlock(
                norm1: try LayerNorm(h["ln_1"], D, bias: bias, epsilon: config.layerNormEpsilon),
                attention: CausalSelfAttention(
                    projection: .fused(
                        try Linear(h["attn"]["c_attn"], D, 3 * D, bias: bias, layout: .inputByOutput, initial: hidden)),
                    output: try Linear(h["attn"]["c_proj"], D, D, bias: bias, layout: .inputByOutput, initial: out),
                    positions: positions, heads: config.nHead, keyValueHeads: config.nHead, headSize: D / config.nHead,
                    scale: config.attentionScale(layer: layer)),
                norm2: try LayerNorm(h["ln_2"], D, bias: bias, epsilon: config.layerNormEpsilon),
                feedForward: FeedForward(
                    up: try Linear(h["mlp"]["c_fc"], D, inner, bias: bias, layout: .inputByOutput, initial: hidden),
                    down: try Linear(h["mlp"]["c_proj"], inner, D, bias: bias, layout: .inputByOutput, initial: out),
                    activation: config.activationFunction))
        }
        stack = DecoderStack(
            tokens: tokens, positions: positions, blocks: blocks,
            finalNorm: try LayerNorm(scope["ln_f"], D, bias: bias, epsilon: config.layerNormEpsilon),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }

    package let layout: WeightLayout
}

extension GPT2.Configuration {
    package var shape: ModelShape {
        ModelShape(
            vocabularySize: vocabSize, layers: nLayer, width: nEmbd, heads: nHead, keyValueHeads: nHead,
            headSize: nEmbd / nHead, contextLength: nPositions, endOfText: eosTokenID.map { [$0] } ?? [])
    }

    init(_ json: JSONFields) throws {
        self.init(
            vocabSize: try json.size("vocab_size"), nPositions: try json.size("n_positions"),
            nEmbd: try json.size("n_embd"),
            nLayer: try json.size("n_layer"), nHead: try json.size("n_head"),
            nInner: try json.has("n_inner") ? json.size("n_inner") : nil,
            activationFunction: try json.activation("activation_function", default: .geluTanh),
            layerNormEpsilon: try json.positive("layer_norm_epsilon", default: 1e-5),
            bias: try json.boolIfPresent("bias") ?? true,
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: true),
            eosTokenID: try json.endOfText().first)
        scaleAttnWeights = try json.flag("scale_attn_weights", default: true)
        scaleAttnByInverseLayerIdx = try json.flag("scale_attn_by_inverse_layer_idx", default: false)
        guard nEmbd % nHead == 0 else { throw json.error("n_head", expected: "a divisor of n_embd \(nEmbd)") }
    }
}

extension GPT2 {
    package var configuration: JSONObject {
        var c = JSONObject()
        c["architectures"] = ["GPT2LMHeadModel"]
        c["model_type"] = "gpt2"
        c["vocab_size"] = JSONValue(config.vocabSize)
        c["n_positions"] = JSONValue(config.nPositions)
        c["n_embd"] = JSONValue(config.nEmbd)
        c["n_layer"] = JSONValue(config.nLayer)
        c["n_head"] = JSONValue(config.nHead)
        c["n_inner"] = JSONValue(config.nInner)
        c["activation_function"] = JSONValue(config.activationFunction.rawValue)
        c["layer_norm_epsilon"] = JSONValue(config.layerNormEpsilon)
        c["tie_word_embeddings"] = JSONValue(config.tieWordEmbeddings)
        if !config.bias { c["bias"] = false }
        if !config.scaleAttnWeights { c["scale_attn_weights"] = false }
        if config.scaleAttnByInverseLayerIdx { c["scale_attn_by_inverse_layer_idx"] = true }
        for name in ["attn_pdrop", "embd_pdrop", "resid_pdrop"] { c[name] = 0.0 }
        c["bos_token_id"] = JSONValue(config.eosTokenID)
        c["eos_token_id"] = JSONValue(config.eosTokenID)
        return c
    }
}
