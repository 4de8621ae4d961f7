import Kernels
import OrreryNN
import OrreryTensor

/// A decoder-only language model: ids to logits, the same definition for training, inference and looking inside.
public protocol LanguageModel: Model {
    /// Logits [B, T, V] (T = 1 with `context.lastOnly`), float32, of ids [B, T].
    func logits(_ ids: [Int32], batch: Int, _ context: ForwardContext) -> Tensor

    /// The final norm and the output layer on any point of the residual stream [..., D]: what the model would say now.
    func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor

    /// The row of numbers per token.
    var tokenEmbedding: Parameter { get }

    /// How many positions a query of this layer sees, its own included; nil: all up to its own.
    func slidingWindow(layer: Int) -> Int?
}

extension LanguageModel {
    public func slidingWindow(layer: Int) -> Int? { nil }

    /// An empty cache for B sequences.
    public func makeCache(batch: Int = 1, capacity: Int, type: CacheType = .float32) -> KeyValueStore {
        KeyValueStore(
            windows: (0 ..< shape.layers).map(slidingWindow), batch: batch, keyValueHeads: shape.keyValueHeads, headSize: shape.headSize,
            capacity: capacity, type: type)
    }

    /// The same in the type of the computation.
    public func makeCache(batch: Int = 1, capacity: Int, type: ElementType) -> KeyValueStore {
        makeCache(batch: batch, capacity: capacity, type: CacheType(type))
    }

    /// The rows of [B, T, D] that logits are wanted for.
    func wanted(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        context.lastOnly && x.shape[1] > 1 ? x.lastPositions() : x
    }
}
