import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Qwen3's mixtures of experts (arXiv:2505.09388): Qwen3's attention, and in most layers many small networks of which
/// each token uses a few.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class Qwen3MoE: Decoder, Architecture {
    static let modelTypes = ["qwen3_moe"]

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        /// Of layers without experts.
        package var intermediateSize: Int
        /// Of an expert.
        package var moeIntermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var hiddenAct = Activation.silu
        package var maxPositionEmbeddings: Int
        package var rmsNormEps: Float = 1e-6
        package var ropeTheta: Float = 10_000
        package var ropeScaling = RotaryScaling.none
        package var attentionBias = false
        package var numExperts: Int
        package var numExpertsPerTok: Int
        package var normTopkProb = false
        /// Layers number n, 2 n, ... have experts.
        package var decoderSparseStep = 1
        /// Layers, from 0, that have none all the same.
        package var mlpOnlyLayers: [Int] = []
        package var slidingWindow: Int?
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "vocab_size": 151_936, "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 24,
            "num_attention_heads": 32,
            "moe_intermediate_size": 768, "num_experts": 128, "num_experts_per_tok": 8,
        ]
        static let otherNames = ["num_local_experts": "num_experts"]
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
        func experts(_ scope: WeightScope) throws -> any FeedForwardNetwork {
            let (E, F, all) = (config.numExperts, config.moeIntermediateSize, scope["experts"])
            return MixtureOfExperts(
                router: Router(
                    try Linear(scope["gate"], D, E, bias: false), top: config.numExpertsPerTok,
                    order: config.normTopkProb ? .softmaxFirstNormalized : .softmaxFirst),
                experts: Experts(
                    gate: try StackedLinear(all, "gate_proj", E, D, F), up: try StackedLinear(all, "up_proj", E, D, F),
                    down: try StackedLinear(all, "down_proj", E, F, D), gating: .glu(config.hiddenAct)))
        }
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s, layer in
            let attention = s["self_attn"]
            return PreNormBlock(
                norm1: try RMSNorm(s["input_layernorm"], D, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.attentionBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.attentionBias, initial: out),
                    queryNorm: try RMSNorm(attention["q_norm"], d, epsilon: eps),
                    keyNorm: try RMSNorm(attention["k_norm"], d, epsilon: eps),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d, slidingWindow: config.slidingWindow),
                norm2: try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps),
                feedForward: try config.hasExperts(layer)
                    ? experts(s["mlp"])
                    : GatedFeedForward(s["mlp"], D, F, activation: config.hiddenAct, hidden: hidden, out: out))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try RMSNorm(scope["norm"], D, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension Qwen3MoE.Configuration {
    func hasExperts(_ layer: Int) -> Bool { !mlpOnlyLayers.contains(layer) && (layer + 1) % decoderSparseStep == 0 }

    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 32768
        let experts = try json.size("num_experts")
        let rotary = try json.rotary(rotated: headDim, maxPositionEmbeddings: positions)
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            moeIntermediateSize: try json.size("moe_intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 4),
            headDim: headDim, hiddenAct: try json.activation("hidden_act", default: .silu),
            maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-6), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            attentionBias: try json.flag("attention_bias", default: false),
            numExperts: experts, numExpertsPerTok: try json.int("num_experts_per_tok", in: 1 ... experts),
            normTopkProb: try json.flag("norm_topk_prob", default: false),
            decoderSparseStep: try json.sizeIfPresent("decoder_sparse_step") ?? 1,
            mlpOnlyLayers: try json.intsIfPresent("mlp_only_layers") ?? [],
            slidingWindow: try json.flag("use_sliding_window", default: false)
                ? json.sizeOrNull("sliding_window", default: 4096) : nil,
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension Qwen3MoE {
    package var configuration: JSONObject {
        [
            "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe",
            "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps), "rope_theta": JSONValue(config.ropeTheta),
            "rope_scaling": config.ropeScaling.json,
            "attention_bias": JSONValue(config.attentionBias), "attention_dropout": 0.0,
            "moe_intermediate_size": JSONValue(config.moeIntermediateSize), "num_experts": JSONValue(config.numExperts),
            "num_experts_per_tok": JSONValue(config.numExpertsPerTok), "norm_topk_prob": JSONValue(config.normTopkProb),
            "decoder_sparse_step": JSONValue(config.decoderSparseStep),
            "mlp_only_layers": JSONValue(config.mlpOnlyLayers),
            "use_sliding_window": JSONValue(config.slidingWindow != nil),
            "sliding_window": JSONValue(config.slidingWindow),
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
