import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// BERT as an encoder (arXiv:1810.04805): every position sees all others; learned positions; a norm after each part.
///
/// N rows, D width, F feed-forward width.
package final class Bert: TextEncoder, Architecture {
    static let modelTypes = ["bert"]
    /// Classes with a head keep the encoder under `bert.`; before 2019 norms were called otherwise.
    static let otherPrefixes = ["": ["bert.", "model.", "encoder."]]
    static var tied: (head: String, tokens: String)? { nil }

    package struct Configuration: ModelConfiguration {
        package var vocabSize: Int
        package var hiddenSize: Int
        package var numHiddenLayers: Int
        package var numAttentionHeads: Int
        package var intermediateSize: Int
        package var hiddenAct = Activation.gelu
        package var maxPositionEmbeddings = 512
        package var typeVocabSize = 2
        package var layerNormEps: Float = 1e-12
        var tieWordEmbeddings: Bool { true }

        static let defaults: JSONObject = [
            "vocab_size": 30_522, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
            "intermediate_size": 3072,
        ]
    }

    struct Block {
        let attention: MultiHeadAttention
        let norm1: NormPoint
        let feedForward: FeedForward
        let norm2: NormPoint

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            let x = context.tap(.residualPre, x)
            let a = attention.bidirectional(x.cast(to: context.computeType), of: AttentionInput(x), context)
            let mid = context.tap(.residualMid, x + context.tap(.attentionOut, a))
            let h = norm1(context.tap(.feedForwardIn, mid), as: .float32, context)
            let f = context.tap(.feedForwardOut, feedForward(h.cast(to: context.computeType), context))
            let post = context.tap(.residualPost, h + f)
            return context.tap(.normalizedResidualPost, norm2(post, as: .float32, context))
        }

        var tapPoints: [TapShape] {
            [TapShape](points: .residualPre) + attention.tapPoints
                + [TapShape](points: .attentionOut, .residualMid, .feedForwardIn) + norm1.tapPoints
                + feedForward.tapPoints + [TapShape](points: .feedForwardOut, .residualPost) + norm2.tapPoints
                + [TapShape](points: .normalizedResidualPost)
        }
    }

    package let config: Configuration
    package let parameters: [Parameter]
    let tokens: Embedding
    let positions: Embedding
    let types: Embedding
    let norm: NormPoint
    let blocks: [Block]

    package init(_ config: Configuration, _ source: any WeightSource, initial: Initialization = .init()) throws {
        self.config = config
        let root = WeightScope(source), embeddings = root["embeddings"]
        let (D, F, H, eps) = (config.hiddenSize, config.intermediateSize, config.numAttentionHeads, config.layerNormEps)
        tokens = try Embedding(embeddings["word_embeddings"], config.vocabSize, D)
        positions = try Embedding(embeddings["position_embeddings"], config.maxPositionEmbeddings, D)
        types = try Embedding(embeddings["token_type_embeddings"], config.typeVocabSize, D)
        norm = NormPoint(try LayerNorm(embeddings["LayerNorm"], D, bias: true, epsilon: eps), .embedNorm)
        blocks = try root["encoder"]["layer"].layers(config.numHiddenLayers) { s in
            let attention = s["attention"], own = attention["self"]
            return Block(
                attention: MultiHeadAttention(
                    query: try Linear(own["query"], D, D, bias: true), key: try Linear(own["key"], D, D, bias: true),
                    value: try Linear(own["value"], D, D, bias: true),
                    output: try Linear(attention["output"]["dense"], D, D, bias: true),
                    heads: H, headSize: D / H),
                norm1: NormPoint(
                    try LayerNorm(attention["output"]["LayerNorm"], D, bias: true, epsilon: eps), .norm1),
                feedForward: FeedForward(
                    up: try Linear(s["intermediate"]["dense"], D, F, bias: true),
                    down: try Linear(s["output"]["dense"], F, D, bias: true),
                    activation: config.hiddenAct),
                norm2: NormPoint(try LayerNorm(s["output"]["LayerNorm"], D, bias: true, epsilon: eps), .norm2))
        }
        parameters = root.parameters
    }

    package func encode(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        // Single texts are of type 0.
        encode(batch, types: [Int32](repeating: 0, count: batch.ids.count), context)
    }

    /// - Parameter kinds: the type of each row, which tells two texts apart that are read together.
    package func encode(_ batch: Batch, types kinds: [Int32], _ context: ForwardContext) -> Tensor {
        let context = context.over(batch).in(.encoderOnly)
        let typed = context.tap(.embed, tokens(batch.ids)) + context.tap(.typeEmbed, types(kinds))
        let embedded = typed + context.tap(.positionEmbed, positions(context.rows.positions))
        var x = context.tap(.fullEmbed, norm(embedded, as: .float32, context))
        for (layer, block) in blocks.enumerated() { x = block(x, context.at(layer)) }
        return x
    }

    package var tapPoints: TapPoints {
        TapPoints(
            .encoderOnly,
            before: [TapShape](points: .embed, .typeEmbed, .positionEmbed) + norm.tapPoints
                + [TapShape](points: .fullEmbed), layers: blocks.map(\.tapPoints), after: [])
    }

    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {
        // Heads of other tasks: they come after what is computed here.
        for name in source.unused
        where ["cls.", "pooler.", "classifier."].contains(where: name.hasPrefix) || name.contains(".pooler.") {
            source.markUsed(name)
        }
    }

    package var shape: ModelShape {
        ModelShape(
            vocabularySize: config.vocabSize, layers: config.numHiddenLayers, width: config.hiddenSize,
            heads: config.numAttentionHeads,
            keyValueHeads: config.numAttentionHeads, headSize: config.hiddenSize / config.numAttentionHeads,
            contextLength: config.maxPositionEmbeddings)
    }

    package var configuration: JSONObject {
        [
            "architectures": ["BertModel"], "model_type": "bert", "vocab_size": JSONValue(config.vocabSize),
            "hidden_size": JSONValue(config.hiddenSize),
            "num_hidden_layers": JSONValue(config.numHiddenLayers),
            "num_attention_heads": JSONValue(config.numAttentionHeads),
            "intermediate_size": JSONValue(config.intermediateSize), "hidden_act": JSONValue(config.hiddenAct.rawValue),
            "max_position_embeddings": JSONValue(config.maxPositionEmbeddings),
            "type_vocab_size": JSONValue(config.typeVocabSize),
            "layer_norm_eps": JSONValue(config.layerNormEps),
        ]
    }
}

extension Bert.Configuration {
    init(_ json: JSONFields) throws {
        let (width, heads) = (try json.size("hidden_size"), try json.size("num_attention_heads"))
        guard width % heads == 0 else {
            throw json.error("num_attention_heads", expected: "a divisor of hidden_size \(width)")
        }
        for key in ["is_decoder", "add_cross_attention"] { try json.fixed(key, false) }
        if let kind = try json.stringIfPresent("position_embedding_type"), kind != "absolute" {
            throw json.error("position_embedding_type", expected: "absolute, the only one known here")
        }
        self.init(
            vocabSize: try json.size("vocab_size"), hiddenSize: width,
            numHiddenLayers: try json.size("num_hidden_layers"), numAttentionHeads: heads,
            intermediateSize: try json.size("intermediate_size"),
            hiddenAct: try json.activation("hidden_act", default: .gelu),
            maxPositionEmbeddings: try json.sizeIfPresent("max_position_embeddings") ?? 512,
            typeVocabSize: try json.sizeIfPresent("type_vocab_size") ?? 2,
            layerNormEps: try json.positive("layer_norm_eps", default: 1e-12))
    }
}
