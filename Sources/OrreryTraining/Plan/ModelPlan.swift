import OrreryModels
import OrreryNN

/// The model to be made, apart from its vocabulary.
public struct ModelPlan: Codable, Sendable, Hashable {
    /// The architecture of the model.
    public enum Architecture: String, Codable, Sendable, CaseIterable {
        /// GPT-2.
        case gpt2
        /// Qwen3.
        case qwen3
        /// A decoder whose parts are chosen one by one: `parts`.
        case orrery
        /// The architecture of the model from which the run starts.
        case base

        /// The architectures that a new model can have.
        public static let allCases = [Architecture.gpt2, .qwen3, .orrery]
    }

    /// The architecture.
    public var architecture: Architecture = .qwen3
    /// The number of layers.
    public var layers: Int
    /// The width of the residual stream.
    public var width: Int
    /// The number of heads of attention.
    public var heads: Int
    /// The number of heads of keys and values; GPT-2 has as many as heads of attention.
    public var keyValueHeads: Int
    /// The number of elements of a head; GPT-2's is width / heads.
    public var headSize: Int
    /// The width inside the feed-forward network.
    public var intermediate: Int
    /// Whether the output layer shares the embedding table.
    public var tiedEmbeddings = true
    /// Whether GPT-2's matrices and norms have biases. nanoGPT leaves them out.
    public var bias = false
    /// Whether GPT-2's activation is the exact GELU, which nanoGPT takes, and not its approximation.
    public var exactGelu = true
    /// The standard deviation of the embeddings' initial values.
    public var embeddingDeviation: Float = 0.02
    /// The standard deviation of the matrices' initial values; nil means 1 / sqrt(width).
    public var hiddenDeviation: Float? = 0.02
    /// Whether the matrices that write to the residual stream start at zero.
    public var zeroProjections = false
    /// The base of the rotary frequencies.
    public var ropeTheta: Float = 10_000
    /// The parts of a decoder of architecture orrery; nil for other architectures.
    public var parts: DecoderParts?
    /// The model from which the run starts, whose sizes then replace those above; nil for a new model.
    public var base: BaseModel?

    /// The plan of a new model.
    ///
    /// - Parameters:
    ///   - architecture: the architecture.
    ///   - layers: the number of layers.
    ///   - width: the width of the residual stream.
    ///   - heads: the number of heads of attention.
    ///   - keyValueHeads: the number of heads of keys and values; nil means as many as heads of attention.
    ///   - headSize: the number of elements of a head; nil means width / heads.
    ///   - intermediate: the width inside the feed-forward network; nil means four times the width for GPT-2, and 8/3
    ///     of it in a gated network, which has as many weights.
    public init(
        architecture: Architecture, layers: Int, width: Int, heads: Int, keyValueHeads: Int? = nil,
        headSize: Int? = nil, intermediate: Int? = nil
    ) {
        (self.architecture, self.layers, self.width, self.heads) = (architecture, layers, width, heads)
        let width = min(max(width, 0), Self.largest)  // what lies outside is for validate() to refuse
        self.keyValueHeads = keyValueHeads ?? heads
        self.headSize = headSize ?? max(1, width / max(1, heads))
        self.intermediate = intermediate ?? (architecture == .gpt2 ? 4 * width : Self.gatedWidth(width))
        parts = architecture == .orrery ? DecoderParts() : nil
    }

    /// As many weights in three gated matrices as in GPT-2's two, in whole panels.
    package static func gatedWidth(_ width: Int) -> Int { max(32, (width * 8 / 3 + 31) / 32 * 32) }

    /// What no field, nor heads times their size, may exceed: the counts below then stay within 64 bits.
    private static let largest = 1 << 20

    func validate() throws {
        for (flag, value) in [
            ("`layers`", layers), ("`width`", width), ("`heads`", heads), ("`keyValueHeads`", keyValueHeads),
            ("`headSize`", headSize),
            ("`intermediate`", intermediate),
        ] where !(1 ... Self.largest).contains(value) {
            throw TrainingError.plan("\(flag): expected 1 to 1048576, found \(value)")
        }
        guard heads * headSize <= Self.largest else {
            throw TrainingError.plan(
                "`heads`: expected at most \(Self.largest / headSize) heads of size \(headSize), found \(heads)")
        }
        for (field, value) in [
            ("rope_theta", ropeTheta), ("embedding_deviation", embeddingDeviation),
            ("hidden_deviation", hiddenDeviation ?? 1),
        ]
        where !(value > 0 && value.isFinite) {
            throw TrainingError.plan("\(field): expected a positive number, found \(value)")
        }
        if architecture == .base {
            guard let base else {
                throw TrainingError.plan("base: expected the model that the run starts from, found none")
            }
            return try base.validate()
        }
        guard base == nil else {
            throw TrainingError.plan("base: expected none with architecture \(architecture.rawValue)")
        }
        guard (architecture == .orrery) == (parts != nil) else {
            throw TrainingError.plan(
                "parts: expected those of architecture orrery and of no other, found architecture \(architecture.rawValue)"
            )
        }
        guard heads % keyValueHeads == 0 else {
            throw TrainingError.plan(
                "`keyValueHeads`: expected a divisor of `heads` \(heads), found \(keyValueHeads)")
        }
        switch architecture {
        case .gpt2:
            guard width % heads == 0 else {
                throw TrainingError.plan("`heads`: expected a divisor of `width` \(width), found \(heads)")
            }
            guard tiedEmbeddings else {
                throw TrainingError.plan("`tiedEmbeddings`: gpt2 has one table for tokens and scores")
            }
            guard keyValueHeads == heads else {
                throw TrainingError.plan("`keyValueHeads`: gpt2 has as many as `heads`")
            }
        case .qwen3:
            guard !bias else { throw TrainingError.plan("`bias`: qwen3 has no biases; `architecture` gpt2 has") }
            guard headSize % 2 == 0 else {
                throw TrainingError.plan("`headSize`: rotary positions need an even number, found \(headSize)")
            }
        case .orrery:
            guard !bias else { throw TrainingError.plan("`bias`: orrery has no biases; `architecture` gpt2 has") }
            guard headSize % 2 == 0 || parts?.positions != .rotary else {
                throw TrainingError.plan("`headSize`: rotary positions need an even number, found \(headSize)")
            }
            if let window = parts?.window, window < 1 {
                throw TrainingError.plan("`window`: expected at least 1, found \(window)")
            }
        case .base: break
        }
    }

    /// Weights, the tables of tokens once if tied; and of those the positions' table, which the counts of operations
    /// leave out.
    func parameterCount(vocabularySize: Int, context: Int) -> (all: Int, positions: Int) {
        switch architecture {
        case .gpt2:
            let norms = (2 * layers + 1) * width * (bias ? 2 : 1)
            let biases = bias ? layers * (3 * width + width + intermediate + width) : 0
            let matrices = layers * (4 * width * width + 2 * width * intermediate)
            return (vocabularySize * width + context * width + norms + biases + matrices, context * width)
        case .qwen3:
            let attention = width * headSize * (2 * heads + 2 * keyValueHeads) + 2 * headSize
            let layer = attention + 3 * width * intermediate + 2 * width
            return (vocabularySize * width * (tiedEmbeddings ? 1 : 2) + layers * layer + width, 0)
        case .orrery:
            let parts = parts ?? DecoderParts(), norm = width * (parts.norm == .layer ? 2 : 1)
            let norms =
                switch parts.residual {
                case .pre, .post: 2
                case .sandwich: 4
                case .parallel: 1
                }
            let attention = width * headSize * (2 * heads + 2 * keyValueHeads) + 2 * headSize
            let layer = attention + (parts.gated ? 3 : 2) * width * intermediate + norms * norm
            let positions = parts.positions == .learned ? context * width : 0
            return (vocabularySize * width * (tiedEmbeddings ? 1 : 2) + layers * layer + norm + positions, positions)
        case .base: return (base?.parameterCount ?? 0, 0)
        }
    }

    /// Operations of forward and backward pass for one token, counted as nanoGPT's peers do: 6 a weight, and 12 L D T
    /// of attention.
    package func operationsPerToken(vocabularySize: Int, context: Int) -> Double {
        let attention = 12 * Double(layers) * Double(heads * headSize) * Double(context)
        if let base { return 6 * base.multipliedWeights + attention }
        let (all, positions) = parameterCount(vocabularySize: vocabularySize, context: context)
        let table = architecture != .gpt2 && !tiedEmbeddings ? vocabularySize * width : 0
        return 6 * Double(all - positions - table) + attention
    }

    func makeModel(
        vocabularySize: Int, context: Int, endOfText: Int?, _ source: any WeightSource
    ) throws -> any TokenModel {
        let initial = Initialization(
            embedding: embeddingDeviation, hidden: hiddenDeviation, zeroProjections: zeroProjections)
        switch architecture {
        case .gpt2:
            return try GPT2(
                GPT2.Configuration(
                    vocabSize: vocabularySize, nPositions: context, nEmbd: width, nLayer: layers, nHead: heads,
                    nInner: intermediate == 4 * width ? nil : intermediate,
                    activationFunction: exactGelu ? .gelu : .geluTanh, bias: bias,
                    eosTokenID: endOfText), source, initial: initial)
        case .qwen3:
            return try Qwen3(
                Qwen3.Configuration(
                    vocabSize: vocabularySize, hiddenSize: width, intermediateSize: intermediate,
                    numHiddenLayers: layers, numAttentionHeads: heads,
                    numKeyValueHeads: keyValueHeads, headDim: headSize, maxPositionEmbeddings: context,
                    ropeTheta: ropeTheta,
                    tieWordEmbeddings: tiedEmbeddings, eosTokenIDs: endOfText.map { [$0] } ?? []), source,
                initial: initial)
        case .orrery:
            let parts = parts ?? DecoderParts()
            var config = OrreryDecoder.Configuration(
                vocabSize: vocabularySize, hiddenSize: width, intermediateSize: intermediate, numHiddenLayers: layers,
                numAttentionHeads: heads,
                numKeyValueHeads: keyValueHeads, headDim: headSize, maxPositionEmbeddings: context)
            (config.positions, config.ropeTheta, config.norm, config.hiddenAct) = (
                parts.positions, ropeTheta, parts.norm, parts.activation
            )
            (config.gatedMLP, config.residual, config.slidingWindow) = (parts.gated, parts.residual, parts.window)
            (config.tieWordEmbeddings, config.eosTokenIDs) = (tiedEmbeddings, endOfText.map { [$0] } ?? [])
            return try OrreryDecoder(config, source, initial: initial)
        case .base:
            guard let base else { preconditionFailure("a plan without its base model is refused by validate()") }
            return try base.makeModel(source)
        }
    }
}
