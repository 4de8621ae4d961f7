import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// gpt-oss (arXiv:2508.10925): every block a mixture of experts with biases and a clamped SwiGLU; attention with sinks,
/// every other layer with a sliding window; YaRN.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class GPTOSS: Decoder, Architecture {
    static let modelTypes = ["gpt_oss"]
    static let savesExpertsApart = false
    static func source(_ checkpoint: CheckpointWeights) -> any WeightSource { GPTOSSWeights(checkpoint) }

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var maxPositionEmbeddings: Int
        package var rmsNormEps: Float = 1e-5
        package var ropeTheta: Float = 150_000
        package var ropeScaling = RotaryScaling.none
        package var attentionBias = true
        package var slidingWindow: Int?
        package var layerTypes: [AttentionLayerType]
        package var numLocalExperts: Int
        package var numExpertsPerTok: Int
        package var swigluAlpha: Float = 1.702
        package var swigluLimit: Float = 7
        package var tieWordEmbeddings = false
        package var eosTokenIDs: [Int] = []

        static let defaults: JSONObject = [
            "num_hidden_layers": 36, "num_local_experts": 128, "vocab_size": 201_088, "hidden_size": 2880,
            "intermediate_size": 2880,
            "num_attention_heads": 64, "num_experts_per_tok": 4,
        ]
        static let otherNames = ["num_experts": "num_local_experts"]
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
            let attention = s["self_attn"], mlp = s["mlp"], experts = mlp["experts"], E = config.numLocalExperts
            return PreNormBlock(
                norm1: try RMSNorm(s["input_layernorm"], D, epsilon: eps),
                attention: CausalSelfAttention(
                    projection: try .separate(
                        attention, D, query: H * d, keyValue: Hk * d, bias: config.attentionBias, initial: hidden),
                    output: try Linear(attention["o_proj"], H * d, D, bias: config.attentionBias, initial: out),
                    positions: positions, heads: H, keyValueHeads: Hk, headSize: d,
                    slidingWindow: config.layerTypes[layer] == .sliding ? config.slidingWindow : nil,
                    sinks: try attention.parameter("sinks", [H], .normal(standardDeviation: 0.02))),
                norm2: try RMSNorm(s["post_attention_layernorm"], D, epsilon: eps),
                feedForward: MixtureOfExperts(
                    router: Router(
                        try Linear(mlp["router"], D, E, bias: true), top: config.numExpertsPerTok, order: .topFirst),
                    experts: Experts(
                        gate: try StackedLinear(experts, "gate_proj", E, D, F, bias: true),
                        up: try StackedLinear(experts, "up_proj", E, D, F, bias: true),
                        down: try StackedLinear(experts, "down_proj", E, F, D, bias: true),
                        gating: .clamped(alpha: config.swigluAlpha, limit: config.swigluLimit))))
        }
        stack = DecoderStack(
            tokens: tokens, blocks: blocks, finalNorm: try RMSNorm(scope["norm"], D, epsilon: eps),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }

    var savedParameters: [Parameter] { GPTOSSWeights.saved(parameters) }
}

extension GPTOSS.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        let headDim = try json.headDim(width: width, heads: heads, default: 64),
            positions = try json.sizeIfPresent("max_position_embeddings") ?? 131_072
        let layers = try json.size("num_hidden_layers"), experts = try json.size("num_local_experts")
        let rotary =
            try json.has("rope_scaling") || json.has("rope_parameters")
            ? json.rotary(rotated: headDim, maxPositionEmbeddings: positions, theta: 150_000)
            : RotaryFields(
                theta: 150_000, scaling: .yarn(.init(factor: 32, originalMaxPositionEmbeddings: 4096, truncate: false)))
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: layers, numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads, default: 8),
            headDim: headDim, maxPositionEmbeddings: positions,
            rmsNormEps: try json.positive("rms_norm_eps", default: 1e-5), ropeTheta: rotary.theta,
            ropeScaling: rotary.scaling,
            attentionBias: try json.flag("attention_bias", default: true),
            slidingWindow: try json.sizeOrNull("sliding_window", default: 128),
            layerTypes: try json.layerTypes(layers) { $0 % 2 == 0 ? .sliding : .full }, numLocalExperts: experts,
            numExpertsPerTok: try json.int("num_experts_per_tok", in: 1 ... experts),
            swigluAlpha: try json.positive("swiglu_alpha", default: 1.702),
            swigluLimit: try json.positive("swiglu_limit", default: 7),
            tieWordEmbeddings: try json.flag("tie_word_embeddings", default: false), eosTokenIDs: try json.endOfText())
    }
}

extension GPTOSS {
    package var configuration: JSONObject {
        [
            "architectures": ["GptOssForCausalLM"], "model_type": "gpt_oss", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize), "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads), "head_dim": JSONValue(config.headDim),
            "hidden_act": "silu", "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "rms_norm_eps": JSONValue(config.rmsNormEps), "rope_theta": JSONValue(config.ropeTheta),
            // without the field the class takes a scaling of its own
            "rope_scaling": config.ropeScaling == .none ? ["rope_type": "default"] : config.ropeScaling.json,
            "attention_bias": JSONValue(config.attentionBias), "attention_dropout": 0.0,
            "sliding_window": JSONValue(config.slidingWindow),
            "layer_types": JSONValue(config.layerTypes), "num_local_experts": JSONValue(config.numLocalExperts),
            "num_experts_per_tok": JSONValue(config.numExpertsPerTok), "swiglu_alpha": JSONValue(config.swigluAlpha),
            "swiglu_limit": JSONValue(config.swigluLimit),
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
