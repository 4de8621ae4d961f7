import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// A decoder whose parts can be chosen one by one, to see what each does: how it knows positions, its norm, its
/// activation, where norms stand in the residual stream, how far attention looks back. Transformers has no class for
/// it: it opens only here.
///
/// D width, F feed-forward width, H heads, Hk key-value heads, d head size.
package final class OrreryDecoder: Decoder, Architecture {
    static let modelTypes = ["orrery"]

    package typealias Positions = DecoderOptions.Positions
    package typealias NormKind = DecoderOptions.NormKind
    package typealias Residual = DecoderOptions.Residual

    package struct Configuration: RotaryConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var intermediateSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var numKeyValueHeads: Int
        package var headDim: Int
        package var maxPositionEmbeddings: Int
        package var positions = Positions.rotary
        package var ropeTheta: Float = 10_000
        package var norm = NormKind.rms
        package var normEps: Float = 1e-6
        package var hiddenAct = Activation.silu
        /// Whether the activation of one product multiplies another (arXiv:2002.05202).
        package var gatedMLP = true
        package var residual = Residual.pre
        package var qkNorm = true
        /// How many positions a query sees, its own included; nil: all up to its own.
        package var slidingWindow: Int?
        package var tieWordEmbeddings = true
        package var eosTokenIDs: [Int] = []
        var ropeScaling: RotaryScaling { .none }

        static let defaults: JSONObject = [:]

        package init(
            vocabSize: Int, hiddenSize: Int, intermediateSize: Int, numHiddenLayers: Int, numAttentionHeads: Int,
            numKeyValueHeads: Int, headDim: Int,
            maxPositionEmbeddings: Int
        ) {
            (self.vocabSize, self.hiddenSize, self.intermediateSize) = (vocabSize, hiddenSize, intermediateSize)
            (self.numHiddenLayers, self.numAttentionHeads, self.numKeyValueHeads) = (
                numHiddenLayers, numAttentionHeads, numKeyValueHeads
            )
            (self.headDim, self.maxPositionEmbeddings) = (headDim, maxPositionEmbeddings)
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
        let (D, F, H, Hk, d) = (
            config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.numKeyValueHeads,
            config.headDim
        )
        let hidden = initial.hidden(D), out = initial.projection(layers: config.numHiddenLayers, D)
        func norm(_ scope: WeightScope, _ width: Int) throws -> any Norm {
            switch config.norm {
            case .rms: try RMSNorm(scope, width, epsilon: config.normEps)
            case .layer: try LayerNorm(scope, width, bias: true, epsilon: config.normEps)
            }
        }
        func headNorm(_ scope: WeightScope) throws -> (any Norm)? {
            config.qkNorm ? try RMSNorm(scope, d, epsilon: config.normEps) : nil
        }
        let tokens = try Embedding(scope["embed_tokens"], config.vocabSize, D, standardDeviation: initial.embedding)
        let positions: PositionEncoding =
            switch config.positions {
            case .none: .none
            case .sinusoidal: .sinusoidal
            case .learned:
                .learned(
                    try Embedding(
                        scope["embed_positions"], config.maxPositionEmbeddings, D, standardDeviation: initial.embedding)
                )
            case .rotary:
                .rotary(RotaryTable(rotated: d, positions: config.maxPositionEmbeddings, theta: config.ropeTheta))
            case .alibi: .alibi(slopes: PositionEncoding.alibiSlopes(heads: H))
            }
        let blocks = try scope["layers"].layers(config.numHiddenLayers) { s -> any DecoderBlock in
            let a = s["self_attn"], m = s["mlp"]
            let norm1 = try norm(s["input_layernorm"], D)
            let attention = CausalSelfAttention(
                projection: try .separate(a, D, query: H * d, keyValue: Hk * d, bias: false, initial: hidden),
                output: try Linear(a["o_proj"], H * d, D, bias: false, initial: out),
                queryNorm: try headNorm(a["q_norm"]), keyNorm: try headNorm(a["k_norm"]),
                positions: positions, heads: H, keyValueHeads: Hk, headSize: d, slidingWindow: config.slidingWindow)
            func feedForward() throws -> any FeedForwardNetwork {
                if config.gatedMLP {
                    return try GatedFeedForward(m, D, F, activation: config.hiddenAct, hidden: hidden, out: out)
                }
                return FeedForward(
                    up: try Linear(m["up_proj"], D, F, bias: false, initial: hidden),
                    down: try Linear(m["down_proj"], F, D, bias: false, initial: out),
                    activation: config.hiddenAct)
            }
            switch config.residual {
            case .pre:
                return PreNormBlock(
                    norm1: norm1, attention: attention, norm2: try norm(s["post_attention_layernorm"], D),
                    feedForward: try feedForward())
            case .post:
                return PostNormBlock(
                    attention: attention, norm1: norm1, feedForward: try feedForward(),
                    norm2: try norm(s["post_attention_layernorm"], D))
            case .parallel: return ParallelBlock(norm1: norm1, attention: attention, feedForward: try feedForward())
            case .sandwich:
                return SandwichNormBlock(
                    norm1: norm1, attention: attention, postNorm1: try norm(s["post_attention_layernorm"], D),
                    norm2: try norm(s["pre_feedforward_layernorm"], D), feedForward: try feedForward(),
                    postNorm2: try norm(s["post_feedforward_layernorm"], D))
            }
        }
        // Beside sines of size one embeddings are scaled (arXiv:1706.03762, 3.4).
        stack = DecoderStack(
            tokens: tokens, embeddingMultiplier: config.positions == .sinusoidal ? Float(D).squareRoot() : nil,
            positions: positions, blocks: blocks, finalNorm: try norm(scope["norm"], D),
            head: config.tieWordEmbeddings
                ? nil : try Linear(root["lm_head"], D, config.vocabSize, bias: false, initial: initial.head))
        parameters = root.parameters
    }
}

extension OrreryDecoder.Configuration {
    init(_ json: JSONFields) throws {
        func choice<T: RawRepresentable & CaseIterable>(_ key: String, default fallback: T) throws -> T
        where T.RawValue == String {
            guard let name = try json.stringIfPresent(key) else { return fallback }
            guard let found = T(rawValue: name) else {
                throw json.error(key, expected: "one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return found
        }
        let heads = try json.size("num_attention_heads")
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: try json.size("hidden_size"),
            intermediateSize: try json.size("intermediate_size"),
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            numKeyValueHeads: try json.keyValueHeads(heads),
            headDim: try json.size("head_dim"), maxPositionEmbeddings: try json.size("max_position_embeddings"))
        positions = try choice("positions", default: .rotary)
        guard positions != .rotary || headDim % 2 == 0 else {
            throw json.error("head_dim", expected: "an even number, since positions are rotary")
        }
        ropeTheta = try json.positive("rope_theta", default: 10_000)
        norm = try choice("norm", default: .rms)
        normEps = try json.positive("norm_eps", default: 1e-6)
        hiddenAct = try json.activation("hidden_act", default: .silu)
        gatedMLP = try json.flag("gated_mlp", default: true)
        residual = try choice("residual", default: .pre)
        qkNorm = try json.flag("qk_norm", default: true)
        slidingWindow = try json.sizeIfPresent("sliding_window")
        tieWordEmbeddings = try json.flag("tie_word_embeddings", default: true)
        eosTokenIDs = try json.endOfText()
    }
}

extension OrreryDecoder {
    package var configuration: JSONObject {
        [
            "architectures": ["OrreryDecoder"], "model_type": "orrery", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize),
            "intermediate_size": JSONValue(config.intermediateSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "num_key_value_heads": JSONValue(config.numKeyValueHeads),
            "head_dim": JSONValue(config.headDim), "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "positions": JSONValue(config.positions.rawValue), "rope_theta": JSONValue(config.ropeTheta),
            "norm": JSONValue(config.norm.rawValue),
            "norm_eps": JSONValue(config.normEps), "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "gated_mlp": JSONValue(config.gatedMLP),
            "residual": JSONValue(config.residual.rawValue), "qk_norm": JSONValue(config.qkNorm),
            "sliding_window": JSONValue(config.slidingWindow),
            "tie_word_embeddings": JSONValue(config.tieWordEmbeddings),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
