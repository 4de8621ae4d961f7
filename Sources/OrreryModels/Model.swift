import OrreryFiles
import OrreryNN
import OrreryTensor

/// A model of any kind: its weights, and the configuration from which it can be made again.
public protocol Model: AnyObject, Sendable {
    /// The sizes of the model.
    var shape: ModelShape { get }
    /// Every weight once, in the order in which the model makes them.
    var parameters: [Parameter] { get }
    /// `config.json` as Hugging Face writes it for this architecture.
    var configuration: JSONObject { get }
    /// How the matrices inside the layers are stored.
    var layout: WeightLayout { get }
    /// The points of the forward pass at which a tensor may be seen or replaced (`ForwardContext.taps`).
    var tapPoints: TapPoints { get }
}

extension Model {
    /// The default: a row for each output.
    public var layout: WeightLayout { .outputByInput }

    /// The weights that training changes: all that are not frozen.
    public var trainableParameters: [Parameter] { parameters.filter(\.requiresGradient) }

    /// The number of weights: the elements of all parameters.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}

/// The sizes of a model, by the same names for every architecture.
public struct ModelShape: Sendable, Hashable {
    /// The number of tokens that the model knows: the rows of its embedding table.
    public var vocabularySize: Int
    /// The number of layers; of an encoder-decoder, the decoder's.
    public var layers: Int
    /// The width of the residual stream.
    public var width: Int
    /// The number of heads of attention.
    public var heads: Int
    /// The number of heads of keys and values.
    public var keyValueHeads: Int
    /// The number of elements of a head.
    public var headSize: Int
    /// The length of the longest sequence, in tokens.
    public var contextLength: Int
    /// The tokens that end a text, from the configuration.
    public var endOfText: [Int]

    /// A shape with these sizes.
    public init(
        vocabularySize: Int, layers: Int, width: Int, heads: Int, keyValueHeads: Int, headSize: Int, contextLength: Int,
        endOfText: [Int] = []
    ) {
        (self.vocabularySize, self.layers, self.width, self.heads) = (vocabularySize, layers, width, heads)
        (self.keyValueHeads, self.headSize, self.contextLength, self.endOfText) = (
            keyValueHeads, headSize, contextLength, endOfText
        )
    }
}

/// The kind of a model, by what it does with a text.
public enum ModelKind: Sendable, Hashable {
    /// A decoder, which predicts the next token.
    case languageModel
    /// An encoder, which gives a vector for each token.
    case encoder
    /// An encoder and a decoder, which reads one text and writes another.
    case encoderDecoder
}
