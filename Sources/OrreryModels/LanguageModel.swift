import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// A decoder-only language model: ids to logits, the same definition for training, inference and looking inside.
public protocol LanguageModel: AnyObject {
    var shape: ModelShape { get }
    /// Every weight once, in the order in which the model makes them.
    var parameters: [Parameter] { get }
    /// `config.json` as Hugging Face writes it for this architecture.
    var configuration: JSONObject { get }

    /// Logits [B, T, V] (T = 1 with `context.lastOnly`), float32, of ids [B, T].
    func logits(_ ids: [Int32], batch: Int, _ context: ForwardContext) -> Tensor

    /// The final norm and the output layer on any point of the residual stream [..., D]: what the model would say now.
    func unembed(_ residual: Tensor, _ context: ForwardContext) -> Tensor

    /// The row of numbers per token.
    var tokenEmbedding: Parameter { get }

    /// How the matrices inside the layers are stored.
    var layout: WeightLayout { get }

    /// How many positions a query of this layer sees, its own included; nil: all up to its own.
    func slidingWindow(layer: Int) -> Int?
}

/// The sizes that callers need, by whatever name an architecture's configuration gives them.
public struct ModelShape: Sendable, Hashable {
    public var vocabularySize: Int
    public var layers: Int
    public var width: Int
    public var heads: Int
    public var keyValueHeads: Int
    public var headSize: Int
    /// The longest sequence.
    public var contextLength: Int
    /// Ids that end a text, from the configuration.
    public var endOfText: [Int]

    public init(
        vocabularySize: Int, layers: Int, width: Int, heads: Int, keyValueHeads: Int, headSize: Int, contextLength: Int, endOfText: [Int] = []
    ) {
        (self.vocabularySize, self.layers, self.width, self.heads) = (vocabularySize, layers, width, heads)
        (self.keyValueHeads, self.headSize, self.contextLength, self.endOfText) = (keyValueHeads, headSize, contextLength, endOfText)
    }
}

extension LanguageModel {
    public var layout: WeightLayout { .outputByInput }

    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

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
