import OrreryFiles
import OrreryNN
import OrreryTensor

/// What every model is, whatever it does with a text: weights, and the configuration from which it can be made again.
public protocol Model: AnyObject, Sendable {
    var shape: ModelShape { get }
    /// Every weight once, in the order in which the model makes them.
    var parameters: [Parameter] { get }
    /// `config.json` as Hugging Face writes it for this architecture.
    var configuration: JSONObject { get }
    /// How the matrices inside the layers are stored.
    var layout: WeightLayout { get }
    /// The points of its forward pass at which a tensor may be seen or replaced (`ForwardContext.taps`).
    var tapPoints: TapPoints { get }
}

extension Model {
    public var layout: WeightLayout { .outputByInput }

    /// What a run changes: all weights that are not frozen.
    public var trainableParameters: [Parameter] { parameters.filter(\.requiresGradient) }

    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
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
        vocabularySize: Int, layers: Int, width: Int, heads: Int, keyValueHeads: Int, headSize: Int, contextLength: Int,
        endOfText: [Int] = []
    ) {
        (self.vocabularySize, self.layers, self.width, self.heads) = (vocabularySize, layers, width, heads)
        (self.keyValueHeads, self.headSize, self.contextLength, self.endOfText) = (
            keyValueHeads, headSize, contextLength, endOfText
        )
    }
}

/// What can be done with a model.
public enum ModelKind: Sendable, Hashable { case languageModel, encoder, encoderDecoder }
