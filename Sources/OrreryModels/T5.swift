import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// T5 and its later variants (arXiv:1910.10683, 2002.05202): an encoder and a decoder that reads it, RMSNorm before
/// each part, relative positions as terms of the scores, which are not scaled.
///
/// N rows, S of the source, D width, H heads, d head size, F feed-forward width.
package final class T5: EncoderDecoder, Architecture {
    static let modelTypes = ["t5", "mt5"]
    // The table may be stored under the name of any of its uses; an output layer of its own stands next to one of the
    // others.
    static let otherPrefixes = [
        "shared.": ["encoder.embed_tokens.", "decoder.embed_tokens.", "lm_head."], "": ["transformer."],
    ]
    static var tied: (head: String, tokens: String)? { nil }

    package struct Configuration: ModelConfiguration {
        package var vocabSize: Int
        package var dModel: Int
        package var dKv: Int
        package var dFf: Int
        package var numLayers: Int
        package var numDecoderLayers: Int
        package var numHeads: Int
        package var relativeAttentionNumBuckets = 32
        package var relativeAttentionMaxDistance = 128
        package var layerNormEpsilon: Float = 1e-6
        package var denseActFn = Activation.relu
        package var isGatedAct = false
        /// Whether what the decoder says is scaled by 1 / sqrt(D) before the token table: the first T5 does so.
        package var scaleDecoderOutputs = true
        package var decoderStartTokenID = 0
        package var eosTokenIDs: [Int] = []
        var tieWordEmbeddings: Bool { scaleDecoderOutputs }

        static let defaults: JSONObject = [
            "vocab_size": 32_128, "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_heads": 8,
        ]
        static let otherNames = [
            "hidden_size": "d_model", "num_attention_heads": "num_heads", "num_hidden_layers": "num_layers",
            "head_dim": "d_kv",
        ]
    }

    package let config: Configuration
    package let parameters: [Parameter]
    let tokens: Embedding
    let encoder: [T5EncoderBlock]
    let encoderDistances: RelativeBuckets
    let encoderNorm: NormPoint
    let decoder: [T5DecoderBlock]
    let decoderDistances: RelativeBuckets
    let decoderNorm: NormPoint
    let head: Linear?

    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source),
            (D, F, H, d, eps) = (config.dModel, config.dFf, config.numHeads, config.dKv, config.layerNormEpsilon)
        func attention(_ s: WeightScope) throws -> MultiHeadAttention {
            MultiHeadAttention(
                query: try Linear(s["q"], D, H * d, bias: false), key: try Linear(s["k"], D, H * d, bias: false),
                value: try Linear(s["v"], D, H * d, bias: false), output: try Linear(s["o"], H * d, D, bias: false),
                heads: H, headSize: d, scale: 1)
        }
        func feedForward(_ s: WeightScope) throws -> any FeedForwardNetwork {
            let down = try Linear(s["wo"], F, D, bias: false)
            guard config.isGatedAct else {
                return FeedForward(
                    up: try Linear(s["wi"], D, F, bias: false), down: down, activation: config.denseActFn)
            }
            return GatedFeedForward(
                gate: try Linear(s["wi_0"], D, F, bias: false), up: try Linear(s["wi_1"], D, F, bias: false),
                down: down, activation: config.denseActFn)
        }
        func norm(_ s: WeightScope) throws -> RMSNorm { try RMSNorm(s["layer_norm"], D, epsilon: eps) }
        func distances(_ s: WeightScope, bothWays: Bool) throws -> RelativeBuckets {
            try RelativeBuckets(
                s["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"],
                buckets: config.relativeAttentionNumBuckets, heads: H,
                maxDistance: config.relativeAttentionMaxDistance, bothWays: bothWays)
        }
        tokens = try Embedding(root["shared"], config.vocabSize, D)
        encoder = try root["encoder"]["block"].layers(config.numLayers) { s in
            let s = s["layer"]
            return T5EncoderBlock(
                norm1: NormPoint(try norm(s[0]), .norm1), attention: try attention(s[0]["SelfAttention"]),
                norm2: NormPoint(try norm(s[1]), .norm2),
                feedForward: try feedForward(s[1]["DenseReluDense"]))
        }
        encoderDistances = try distances(root["encoder"], bothWays: true)
        encoderNorm = NormPoint(try RMSNorm(root["encoder"]["final_layer_norm"], D, epsilon: eps), .finalNorm)
        decoder = try root["decoder"]["block"].layers(config.numDecoderLayers) { s in
            let s = s["layer"]
            return T5DecoderBlock(
                norm1: NormPoint(try norm(s[0]), .norm1), attention: try attention(s[0]["SelfAttention"]),
                norm2: NormPoint(try norm(s[1]), .norm2),
                crossAttention: try attention(s[1]["EncDecAttention"]), norm3: NormPoint(try norm(s[2]), .norm3),
                feedForward: try feedForward(s[2]["DenseReluDense"]))
        }
        decoderDistances = try distances(root["decoder"], bothWays: false)
        decoderNorm = NormPoint(try RMSNorm(root["decoder"]["final_layer_norm"], D, epsilon: eps), .finalNorm)
        // The first T5 has one table for both ends; later ones bring another.
        head = source.has("lm_head.weight") ? try Linear(root["lm_head"], D, config.vocabSize, bias: false) : nil
        parameters = root.parameters
    }

    /// Copies of the table under the names of its uses are used; other tables for one end are not known here.
    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {
        for name in ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
        where source.has(name) {
            guard try source.isSame(name, as: "shared.weight") else {
                throw ModelError.unusable(
                    checkpoint.path,
                    "tensor \(name) differs from shared.weight; expected one table for encoder and decoder")
            }
            source.markUsed(name)
        }
    }

    package var decoderStart: Int32 { Int32(config.decoderStartTokenID) }

    package func encode(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        let context = context.over(batch).in(.encoder), distances = encoderDistances.distances
        var x = context.tap(.embed, tokens(batch.ids))
        for (layer, block) in encoder.enumerated() { x = block(x, distances, context.at(layer)) }
        return context.tap(.finalNormOut, encoderNorm(x, as: .float32, context))
    }

    package func read(_ ids: [Int32], _ context: ForwardContext) -> [SourceMemory] {
        let source = encode(Batch(ids), context).cast(to: context.computeType)
        return decoder.enumerated().map { layer, block in
            block.crossAttention.keysAndValues(of: source, context.in(.decoder).at(layer))
        }
    }

    package func makeState(attendingTo source: [SourceMemory], capacity: Int, type: CacheType) -> any SequenceState {
        ReadingState(makeKeyValueCache(capacity: capacity, type: type), source)
    }

    package func hidden(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        let states = batch.runs.map { run in
            guard let state = run.state as? ReadingState else {
                preconditionFailure("t5: the decoder's sequences have states that read a text")
            }
            return state
        }
        return decode(batch, context) { layer, x, context in
            decoder[layer].crossAttention.cross(x, states.map { $0.source[layer] }, context)
        }
    }

    package func hidden(_ batch: Batch, attendingTo sources: Batch, _ context: ForwardContext) -> Tensor {
        let source = encode(sources, context).cast(to: context.computeType), lengths = sources.runs.map(\.count)
        return decode(batch, context) { layer, x, context in
            decoder[layer].crossAttention.cross(x, source, lengths: lengths, context)
        }
    }

    private func decode(
        _ batch: Batch, _ context: ForwardContext, cross: (Int, Tensor, ForwardContext) -> Tensor
    ) -> Tensor {
        let context = context.over(batch).in(.decoder), distances = decoderDistances.distances
        var x = context.tap(.embed, tokens(batch.ids))
        for (layer, block) in decoder.enumerated() {
            let context = context.at(layer)
            x = block(x, distances, context) { cross(layer, $0, context) }
        }
        batch.complete()
        return batch.wanted(x)
    }

    package func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor {
        let context = context.in(.decoder)
        var x = context.tap(.finalNormOut, decoderNorm(residual, context))
        if config.scaleDecoderOutputs { x = x.scaled(by: 1 / Float(config.dModel).squareRoot()) }
        x = context.tap(.unembedIn, x)
        return context.tap(.unembedOut, head?(x, context, as: .float32) ?? tokens.unembed(x, context))
    }

    package var tapPoints: TapPoints {
        let embed = [TapShape](points: .embed), out = [TapShape](points: .finalNormOut)
        return TapPoints(
            .encoder, before: embed, layers: encoder.map(\.tapPoints), after: encoderNorm.tapPoints + out)
            + TapPoints(
                .decoder, before: embed, layers: decoder.map(\.tapPoints),
                after: decoderNorm.tapPoints + out + [TapShape](points: .unembedIn, .unembedOut, .logits))
    }

    package var tokenEmbedding: Parameter { tokens.weight }

    package var shape: ModelShape {
        ModelShape(
            vocabularySize: config.vocabSize, layers: config.numDecoderLayers, width: config.dModel,
            heads: config.numHeads, keyValueHeads: config.numHeads,
            headSize: config.dKv, contextLength: Self.longest, endOfText: config.eosTokenIDs)
    }

    /// Relative positions have no end; this is where memory does.
    private static let longest = 1 << 16
}

/// A sequence of a decoder, and what it reads of another text: keys and values of that, for each layer.
final class ReadingState: SequenceState, @unchecked Sendable {  // one pass at a time uses it
    private let cache: KeyValueCache
    let source: [SourceMemory]

    init(_ cache: KeyValueCache, _ source: [SourceMemory]) { (self.cache, self.source) = (cache, source) }

    var count: Int { cache.count }
    var capacity: Int { cache.capacity }
    var byteCount: Int { cache.byteCount + source.reduce(0) { $0 + $1.byteCount } }
    var keyValues: KeyValueCache? { cache }
    func advance(by positions: Int) { cache.advance(by: positions) }
    func canTruncate(to count: Int) -> Bool { cache.canTruncate(to: count) }
    func truncate(to count: Int) { cache.truncate(to: count) }
    func copy() -> ReadingState { ReadingState(cache.copy(), source) }
}

extension T5.Configuration {
    init(_ json: JSONFields) throws {
        let layers = try json.size("num_layers"), heads = try json.size("num_heads"),
            kind = try json.stringIfPresent("feed_forward_proj") ?? "relu"
        let parts = kind.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.last, parts.count == 1 || (parts.count == 2 && parts[0] == "gated"),
            let activation = kind == "gated-gelu" ? .geluTanh : Activation(name: name)
        else {
            throw json.error(
                "feed_forward_proj",
                expected: "an activation, or gated- and one, of \(Activation.names.joined(separator: ", "))")
        }
        let buckets =
            try json.has("relative_attention_num_buckets")
            ? json.int("relative_attention_num_buckets", in: 4 ... 1 << 16) : 32
        let distance =
            try json.has("relative_attention_max_distance")
            ? json.int("relative_attention_max_distance", in: 1 ... 1 << 16) : 128
        guard buckets % 2 == 0, distance > buckets / 2 else {
            throw json.error(
                "relative_attention_max_distance",
                expected: "more than half of relative_attention_num_buckets \(buckets), an even number")
        }
        // The first T5 scales, and was told from later ones by its tied table.
        let scales =
            try json.boolIfPresent("scale_decoder_outputs") ?? json.boolIfPresent("tie_word_embeddings") ?? true
        self.init(
            vocabSize: try json.size("vocab_size"), dModel: try json.size("d_model"), dKv: try json.size("d_kv"),
            dFf: try json.size("d_ff"), numLayers: layers,
            numDecoderLayers: try json.sizeIfPresent("num_decoder_layers") ?? layers, numHeads: heads,
            relativeAttentionNumBuckets: buckets,
            relativeAttentionMaxDistance: distance,
            layerNormEpsilon: try json.positive("layer_norm_epsilon", default: 1e-6), denseActFn: activation,
            isGatedAct: parts.count == 2, scaleDecoderOutputs: scales,
            decoderStartTokenID: try json.intIfPresent("decoder_start_token_id", in: 0 ... 1 << 24)
                ?? json.intIfPresent("pad_token_id", in: 0 ... 1 << 24) ?? 0,
            eosTokenIDs: try json.endOfText())
        guard decoderStartTokenID < vocabSize else {
            throw json.error("decoder_start_token_id", expected: "an id below vocab_size \(vocabSize)")
        }
    }
}

extension T5 {
    package var configuration: JSONObject {
        [
            "architectures": ["T5ForConditionalGeneration"], "model_type": "t5",
            "vocab_size": JSONValue(config.vocabSize),
            "d_model": JSONValue(config.dModel), "d_kv": JSONValue(config.dKv), "d_ff": JSONValue(config.dFf),
            "num_layers": JSONValue(config.numLayers),
            "num_decoder_layers": JSONValue(config.numDecoderLayers), "num_heads": JSONValue(config.numHeads),
            "relative_attention_num_buckets": JSONValue(config.relativeAttentionNumBuckets),
            "relative_attention_max_distance": JSONValue(config.relativeAttentionMaxDistance),
            "layer_norm_epsilon": JSONValue(config.layerNormEpsilon),
            "feed_forward_proj": JSONValue((config.isGatedAct ? "gated-" : "") + config.denseActFn.rawValue),
            "scale_decoder_outputs": JSONValue(config.scaleDecoderOutputs),
            "tie_word_embeddings": JSONValue(config.scaleDecoderOutputs),
            "is_encoder_decoder": true, "decoder_start_token_id": JSONValue(config.decoderStartTokenID),
            "eos_token_id": JSONValue(endOfText: config.eosTokenIDs),
        ]
    }
}
