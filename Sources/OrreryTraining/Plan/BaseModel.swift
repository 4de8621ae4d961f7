import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// The model from which a run starts (`orrery train --from MODEL`), as a resumed run needs it when the model's own
/// files are gone.
public struct BaseModel: Codable, Sendable, Hashable {
    /// The model directory or GGUF file that the model came from.
    public var path: String
    /// The `model_type` of the model's configuration.
    public var modelType: String
    /// The text of its `config.json`.
    var configuration: String
    /// The text of its `generation_config.json`, if it had one.
    var generationConfiguration: String?
    /// The number of weights.
    public var parameterCount: Int
    var vocabularySize: Int
    /// The length of the longest sequence that the model knows, in tokens.
    public var contextLength: Int
    /// Weights that multiply each token: all matrices but a table of embeddings that is not the output layer too.
    var multipliedWeights: Double

    init(path: String, _ model: any TokenModel) throws {
        let config = model.configuration
        (self.path, parameterCount, contextLength) = (path, model.parameterCount, model.shape.contextLength)
        vocabularySize = model.shape.vocabularySize
        guard case .string(let type)? = config["model_type"] else {
            throw TrainingError.base(path, "the model does not name its architecture")
        }
        (modelType, configuration) = (type, JSONValue.object(config).text(.compact))
        let generation = Path.join(path, "generation_config.json")
        if FileStatus(generation)?.kind == .file {
            generationConfiguration = String(decoding: try WholeFile.read(generation, limit: 1 << 20), as: UTF8.self)
        }
        multipliedWeights = ModelCost(model, type: .float32, cacheType: .float32).operations / 2
    }

    /// The model with weights from `source`.
    func makeModel(_ source: any WeightSource) throws -> any TokenModel {
        let file = "\(path): config.json"
        return try ModelDirectory.make(JSONFields(JSONValue(parsing: configuration, file: file), file: file), source)
    }

    func validate() throws {
        guard (1 ... 1 << 40).contains(parameterCount), (1 ... 1 << 30).contains(contextLength), multipliedWeights >= 0,
            multipliedWeights.isFinite
        else {
            throw TrainingError.plan("base: the sizes of \(path) are not those of a model")
        }
    }
}

/// A model that is opened to be trained further.
package struct StartingModel {
    package let base: BaseModel
    package let model: any TokenModel

    /// Opens a model directory or a GGUF file.
    ///
    /// - Parameter warn: receives what was found and not used, a line each.
    /// - Throws: `TrainingError` for a model that a run of next tokens cannot train: an encoder, or an encoder with a
    ///   decoder.
    package init(_ path: String, warn: (String) -> Void = { _ in }) throws {
        switch try ModelFiles.kind(of: path) {
        case .languageModel: break
        case .encoder:
            throw TrainingError.base(
                path,
                "this is an encoder, which orrery train cannot train yet; expected a decoder, such as llama or qwen3")
        case .encoderDecoder:
            throw TrainingError.base(
                path,
                "this is an encoder with a decoder, which orrery train cannot train yet; expected a decoder, such as llama or qwen3"
            )
        }
        // The run writes a directory with a tokenizer; that there can be none is better known now than after the text
        // is read.
        if FileStatus(path)?.kind == .file { _ = try TokenizerLoader.load(path: path).files() }
        model = try ModelFiles.open(path, warn: warn)
        base = try BaseModel(path: path, model)
    }

    /// The plan of a run that trains it further: AdamW at a rate that does not tear down what is there, few steps, the
    /// model's own tokenizer.
    package func plan() -> TrainingPlan {
        let shape = model.shape
        var model = ModelPlan(
            architecture: .base, layers: shape.layers, width: shape.width, heads: shape.heads,
            keyValueHeads: shape.keyValueHeads, headSize: shape.headSize)
        for key in ["intermediate_size", "n_inner"] {
            if case .int(let width)? = self.model.configuration[key] { model.intermediate = Int(width) }
        }
        model.base = base
        var plan = TrainingPlan(model: model)
        plan.tokenizer = base.path
        plan.context = min(256, base.contextLength)
        plan.batch = 8
        // The logits of a large vocabulary are most of what a micro-batch asks of memory.
        plan.microBatch = [8, 4, 2].first { $0 * plan.context * shape.vocabularySize <= 1 << 25 } ?? 1
        (plan.steps, plan.warmupSteps, plan.validateEvery) = (200, 10, 50)
        (plan.learningRate, plan.beta2, plan.weightDecay) = (5e-5, 0.999, 0)
        return plan
    }
}
