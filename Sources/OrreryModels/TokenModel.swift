import Kernels
import OrreryNN
import OrreryTensor

/// A model that predicts the next token: ids to logits, the same definition for training, inference and looking inside.
///
/// In shapes, N stands for the rows of a batch, D for the width and V for the vocabulary.
public protocol TokenModel: Model {
    /// The residual stream after the last layer, float32 [wanted rows, D]. The states of the sequences have then read
    /// the batch.
    func hidden(_ batch: Batch, _ context: ForwardContext) -> Tensor

    /// The logits, float32 [rows, V], that the final norm and the output layer make of any rows of the residual stream
    /// [rows, D].
    func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor

    /// The state of a sequence before its first token.
    func makeState(capacity: Int, type: CacheType) -> any SequenceState

    /// The embedding table, a row per token.
    var tokenEmbedding: Parameter { get }

    /// The number of positions that a query of this layer sees, its own included; nil if it sees all up to its own.
    func slidingWindow(layer: Int) -> Int?

    /// A number that identifies the frequencies by which queries and keys of a sequence of this length are turned,
    /// where rotary scalings depend on it: equal numbers mean equal frequencies.
    func rotaryStretch(of length: Int) -> Int
}

extension TokenModel {
    /// The default: nil, so that a query sees all positions up to its own.
    public func slidingWindow(layer: Int) -> Int? { nil }
    /// The default: 0, so that the frequencies don't depend on the length.
    public func rotaryStretch(of length: Int) -> Int { 0 }

    /// The logits of the wanted rows, float32 [rows, V].
    public func logits(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        context.tap(.logits, unembed(hidden(batch, context), context.outputs(of: batch)))
    }

    /// A state that holds keys and values of all layers.
    package func makeKeyValueCache(capacity: Int, type: CacheType) -> KeyValueCache {
        KeyValueCache(
            windows: (0 ..< shape.layers).map(slidingWindow), keyValueHeads: shape.keyValueHeads,
            headSize: shape.headSize, capacity: capacity, type: type)
    }

    /// The default: a cache of the keys and values of all layers.
    public func makeState(capacity: Int, type: CacheType) -> any SequenceState {
        makeKeyValueCache(capacity: capacity, type: type)
    }

    /// Whether a sequence that grows to `length` positions turns its keys by other frequencies than those that are
    /// kept.
    package func isStretched(_ state: any SequenceState, by length: Int) -> Bool {
        guard let cache = state.keyValues, cache.count > 0 else { return false }
        return cache.rotaryStretch != rotaryStretch(of: length)
    }

    /// Makes a state ready for a sequence that grows to `length` positions: where that turns keys by other frequencies,
    /// those that are kept are of no use, and the state begins again.
    ///
    /// - Returns: whether it does.
    @discardableResult package func rewind(_ state: any SequenceState, ifStretchedBy length: Int) -> Bool {
        guard isStretched(state, by: length) else { return false }
        state.truncate(to: 0)
        return true
    }
}

/// A model whose layers are a `DecoderStack`.
package protocol Decoder: TokenModel {
    var stack: DecoderStack { get }
}

extension Decoder {
    package var tokenEmbedding: Parameter { stack.tokens.weight }

    package var tapPoints: TapPoints { stack.tapPoints }

    package func slidingWindow(layer: Int) -> Int? { stack.blocks[layer].attention.slidingWindow }

    package func rotaryStretch(of length: Int) -> Int { stack.rotaryStretch(of: length) }

    package func hidden(_ batch: Batch, _ context: ForwardContext) -> Tensor {
        for run in batch.runs {
            guard let state = run.state else { continue }
            let length = max(run.sequenceLength ?? 0, run.start + run.count)
            precondition(
                !isStretched(state, by: length),
                "a longer sequence turns its keys by other frequencies: rewind its state first")
            state.keyValues?.rotaryStretch = rotaryStretch(of: length)
        }
        return readingWeights { stack.hidden(batch, context) }
    }

    package func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor {
        readingWeights { stack.unembed(residual, context) }
    }

    /// While a trainer changes the weights, a pass waits.
    private func readingWeights(_ body: () -> Tensor) -> Tensor {
        parameters.lazy.compactMap(\.access).first?.read(body) ?? body()
    }
}

/// A decoder's sizes and options.
protocol DecoderConfiguration: ModelConfiguration {
    var shape: ModelShape { get }
}

/// The configuration of a decoder with rotary positions, under Hugging Face's usual names.
protocol RotaryConfiguration: DecoderConfiguration {
    var vocabSize: Int { get }
    var hiddenSize: Int { get }
    var numHiddenLayers: Int { get }
    var numAttentionHeads: Int { get }
    var numKeyValueHeads: Int { get }
    var headDim: Int { get }
    var maxPositionEmbeddings: Int { get }
    var ropeScaling: RotaryScaling { get }
    var eosTokenIDs: [Int] { get }
}

extension RotaryConfiguration {
    var contextLength: Int { ropeScaling.contextLength(maxPositionEmbeddings) }

    var shape: ModelShape {
        ModelShape(
            vocabularySize: vocabSize, layers: numHiddenLayers, width: hiddenSize, heads: numAttentionHeads,
            keyValueHeads: numKeyValueHeads,
            headSize: headDim, contextLength: contextLength, endOfText: eosTokenIDs)
    }
}

extension TokenModel {
    /// The type in which keys and values are kept when text is generated and the caller chose none.
    ///
    /// Where products are computed in float32 (a processor without products of bfloat16) and the weights have 16 bits
    /// or fewer, it is float16, as in llama.cpp: its rounding, 2^-11, is far below the weights' own, and a long context
    /// reads half the bytes.
    public func defaultCacheType(computing type: ElementType) -> CacheType {
        let hasNarrowWeights = parameters.contains { $0.blocks.contains { $0.format != .float32 } }
        return type == .float32 && hasNarrowWeights ? .float16 : CacheType(type)
    }
}
