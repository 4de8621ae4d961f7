import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// OLMo 2 (arXiv:2501.00656): norms after each part in place of before it, and norms of all queries and all keys of a
/// position.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Olmo2: Decoder, Architecture {
    static let modelTypes = ["olmo2"]

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
        package var rmsNormEps: Float = 1e-5
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var attentionBias = false
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 50_304, "hidden_size": 4096, "intermediate_size": 11_008, "num_hidden_layers": 32,
            "num_attention_heads": 32,
        ]
    }

    struct Block: DecoderBlock {
        let attention: CausalSelfAttention
        let norm1: NormPoint
        let feedForward: GatedFeedForward
        let norm2: NormPoint

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            let x = context.tap(.residualPre, x)
            let a = attention(x.cast(to: context.computeType), of: AttentionInput(x), context)
            let h = context.tap(.residualMid, x + context.tap(.attentionOut, norm1(a, as: .float32, context)))
            let f = feedForward(context.tap(.feedForwardIn, h).cast(to: context.computeType), context)
            return context.tap(.residualPost, h + context.tap(.feedForwardOut, norm2(f, as: .float32, context)))
        }

        var tapPoints: [TapShape] {
            [TapShape](points: .residualPre) + attention.tapPoints + norm1.tapPoints
                + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + feedForward.tapPoints
                + norm2.tapPoints + [TapShape](points: .feedForwardOut, .residualPost)
        }
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
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s in
            let attention = s["self_attn"]
            return Block(
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.attentionBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.attentionBias, initial: out),
                    queryNorm: try RMSNorm(attention["q_norm"], H * d, epsilon: eps),
                    keyNorm: try RMSNorm(attention["k_norm"], Hk * d, epsilon: eps),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d),
                norm1: NormPoint(try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps), .norm1),
                feedForward: try GatedFeedForward(
                    s["mlp"], D, F, activation: config.hiddenAct, hidden: hidden, out: out),
                norm2: NormPoint(try RMSNorm(s["post_feedforward_layernorm"], D, epsilon: eps), .norm2))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try RMSNorm(scope["norm"], D, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension Olmo2.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 2048
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads),
            headDim: headDim, hiddenAct: try json.activation("hidden_act", default: .silu),
            maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-5), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            attentionBias: try json.flag("attention_bias", default: false),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension Olmo2 {
    package var configuration: JSONObject {
        [
            "architectures": ["Olmo2ForCausalLM"], "model_type": "olmo2", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps), "rope_theta": JSONValue(config.ropeTheta),
            "rope_scaling": config.ropeScaling.json,
            "attention_bias": JSONValue(config.attentionBias), "attention_dropout": 0.0,
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
