import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Qwen3 (arXiv:2505.09388), the default for training: RMSNorm before each part, rotary positions, grouped queries, norms of queries
/// and keys per head, SwiGLU.
///
/// B batch, T positions, D width, H heads, Hk key-value heads, d head size, F feed-forward width, V vocabulary.
public final class Qwen3: LanguageModel {
    public struct Configuration: Sendable, Hashable {
        public var vocabSize: Int
        public var hiddenSize: Int
        public var intermediateSize: Int
        public var numHiddenLayers: Int
        public var numAttentionHeads: Int
        public var numKeyValueHeads: Int
        public var headDim: Int
        public var maxPositionEmbeddings: Int
        public var rmsNormEps: Float
        public var ropeTheta: Float
        public var attentionBias: Bool
        public var tieWordEmbeddings: Bool
        public var eosTokenIDs: [Int]

        public init(
            vocabSize: Int, hiddenSize: Int, intermediateSize: Int, numHiddenLayers: Int, numAttentionHeads: Int, numKeyValueHeads: Int, headDim: Int,
            maxPositionEmbeddings: Int, rmsNormEps: Float = 1e-6, ropeTheta: Float = 10_000, attentionBias: Bool = false,
            tieWordEmbeddings: Bool = true, eosTokenIDs: [Int] = []
        ) {
            (self.vocabSize, self.hiddenSize, self.intermediateSize) = (vocabSize, hiddenSize, intermediateSize)
            (self.numHiddenLayers, self.numAttentionHeads, self.numKeyValueHeads) = (numHiddenLayers, numAttentionHeads, numKeyValueHeads)
            (self.headDim, self.maxPositionEmbeddings, self.rmsNormEps, self.ropeTheta) = (headDim, maxPositionEmbeddings, rmsNormEps, ropeTheta)
            (self.attentionBias, self.tieWordEmbeddings, self.eosTokenIDs) = (attentionBias, tieWordEmbeddings, eosTokenIDs)
        }
    }

    struct Block {
        let norm1: RMSNorm
        let attention: CausalSelfAttention
        let norm2: RMSNorm
        let feedForward: GatedFeedForward

        func callAsFunction(_ x: Tensor, _ context: ForwardContext, layer: Int) -> Tensor {
            let x = context.tap(.residualPre, layer, x)
            let h = x.adding(attention(context.tap(.norm1, layer, norm1(x, as: context.computeType)), context, layer: layer))
            let mid = context.tap(.residualMid, layer, h)
            let y = mid.adding(feedForward(context.tap(.norm2, layer, norm2(mid, as: context.computeType)), context, layer: layer))
            return context.tap(.residualPost, layer, y)
        }
    }

    public let config: Configuration
    public let parameters: [Parameter]
    let tokens: Embedding
    let blocks: [Block]
    let finalNorm: RMSNorm
    let head: Linear?

    /// - Parameter initial: how a fresh model starts.
    public init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source), scope = root["model"]
        let (D, F, d) = (config.hiddenSize, config.intermediateSize, config.headDim)
        let (queryWidth, keyWidth, bias, eps) = (config.numAttentionHeads * d, config.numKeyValueHeads * d, config.attentionBias, config.rmsNormEps)
        let positions = PositionEncoding.rotary(
            RotaryTable(rotated: d, positions: config.maxPositionEmbeddings, theta: config.ropeTheta))
        tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        blocks = try scope["layers"].layers(config.numHiddenLayers) { s in
            let a = s["self_attn"], m = s["mlp"]
            let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
            return Block(
                norm1: try RMSNorm(s["input_layernorm"], D, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: .separate(
                        query: try Linear(a["q_proj"], D, queryWidth, bias: bias, initial: hidden),
                        key: try Linear(a["k_proj"], D, keyWidth, bias: bias, initial: hidden),
                        value: try Linear(a["v_proj"], D, keyWidth, bias: bias, initial: hidden)),
                    output: try Linear(a["o_proj"], queryWidth, D, bias: bias, initial: out),
                    queryNorm: try RMSNorm(a["q_norm"], d, epsilon: eps), keyNorm: try RMSNorm(a["k_norm"], d, epsilon: eps),
                    positions: positions, heads: config.numAttentionHeads, keyValueHeads: config.numKeyValueHeads, headSize: d),
                norm2: try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps),
                feedForward: GatedFeedForward(
                    gate: try Linear(m["gate_proj"], D, F, bias: false, initial: hidden), up: try Linear(m["up_proj"], D, F, bias: false, initial: hidden),
                    down: try Linear(m["down_proj"], F, D, bias: false, initial: out)))
        }
        finalNorm = try RMSNorm(scope["norm"], D, epsilon: eps)
        head = config.tieWordEmbeddings ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head)
        parameters = root.parameters
    }

    public var tokenEmbedding: Parameter { tokens.weight }

    public func logits(_ ids: [Int32], batch: Int, _ context: ForwardContext) -> Tensor {
        var x = context.tap(.embed, 0, tokens(ids, shape: [batch, ids.count / batch])).droppedOut(context.dropout?())
        for (layer, block) in blocks.enumerated() { x = block(x, context, layer: layer) }
        return context.tap(.logits, 0, unembed(wanted(x, context), context))
    }

    public func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor {
        let x = context.tap(.finalNorm, 0, finalNorm(residual, as: context.computeType))
        return head?(x, as: .float32) ?? tokens.unembed(x)
    }

    public var shape: ModelShape {
        ModelShape(
            vocabularySize: config.vocabSize, layers: config.numHiddenLayers, width: config.hiddenSize, heads: config.numAttentionHeads,
            keyValueHeads: config.numKeyValueHeads, headSize: config.headDim, contextLength: config.maxPositionEmbeddings,
            endOfText: config.eosTokenIDs)
    }
}

extension Qwen3.Configuration {
    init(_ json: JSONFields) throws {
        if let act = try json.stringIfPresent("hidden_act"), act != "silu" { throw json.error("hidden_act", expected: "silu") }
        if try json.boolIfPresent("use_sliding_window") == true { throw json.error("use_sliding_window", expected: "false") }
        if let types = try json.stringsIfPresent("layer_types"), types.contains(where: { $0 != "full_attention" }) {
            throw json.error("layer_types", expected: "full_attention in every layer")
        }
        let heads = try json.size("num_attention_heads")
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: try json.size("hidden_size"), intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.has("num_key_value_heads") ? json.size("num_key_value_heads") : heads,
            headDim: try json.has("head_dim") ? json.size("head_dim") : 128,  // the class's default, whatever the width
            maxPositionEmbeddings: try json.size("max_position_embeddings"), rmsNormEps: try json.positive("rms_norm_eps", standard: 1e-6),
            ropeTheta: try json.ropeTheta() ?? 10_000, attentionBias: try json.boolIfPresent("attention_bias") ?? false,
            tieWordEmbeddings: try json.boolIfPresent("tie_word_embeddings") ?? false, eosTokenIDs: try json.endOfText())
        guard headDim % 2 == 0 else { throw json.error("head_dim", expected: "an even number") }
        guard heads % numKeyValueHeads == 0 else { throw json.error("num_key_value_heads", expected: "a divisor of num_attention_heads \(heads)") }
    }
}

extension Qwen3 {
    public var configuration: JSONObject {
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
        c["hidden_act"] = "silu"
        c["max_position_embeddings"] = JSONValue(config.maxPositionEmbeddings)
        c["rms_norm_eps"] = JSONValue(config.rmsNormEps)
        c["rope_theta"] = JSONValue(config.ropeTheta)
        c["rope_scaling"] = .null
        c["attention_bias"] = JSONValue(config.attentionBias)
        c["attention_dropout"] = 0.0
        c["tie_word_embeddings"] = JSONValue(config.tieWordEmbeddings)
        c["use_sliding_window"] = false
        c["bos_token_id"] = JSONValue(config.eosTokenIDs.first)
        c["eos_token_id"] = config.eosTokenIDs.count > 1 ? JSONValue(config.eosTokenIDs) : JSONValue(config.eosTokenIDs.first)
        return c
    }
}
