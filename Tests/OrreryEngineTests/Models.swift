import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import OrreryTokenizers
import Testing

/// Small models with random weights and a tokenizer of characters.
struct TestModel: CustomTestStringConvertible, Sendable {
    let name: String
    let fields: JSONObject
    var alphabet = TestModel.letters

    var testDescription: String { name }

    static let letters = "abcdefghijklmnopqrstuvwxyz .\n"
    static let context = 400

    static let qwen3 = TestModel(name: "qwen3", fields: ["model_type": "qwen3"])
    static let all = [
        qwen3,
        TestModel(
            name: "gemma3, window",
            fields: [
                "model_type": "gemma3_text", "sliding_window": 70, "sliding_window_pattern": 2,
                "query_pre_attn_scalar": 12,
            ]),
        TestModel(
            name: "llama, longrope",
            fields: [
                "model_type": "llama",
                "rope_scaling": [
                    "rope_type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4],
                    "long_factor": [1.0, 2.0, 3.0, 4.0, 5.0], "original_max_position_embeddings": 100, "factor": 4.0,
                ],
            ]),
    ]

    func make() throws -> TextModel {
        let tokenizer = try CharacterTokenizer(training: alphabet, endOfText: "<|end|>")
        var config: JSONObject = [
            "vocab_size": JSONValue(tokenizer.vocabularySize), "hidden_size": 30, "intermediate_size": 41,
            "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "head_dim": 10,
            "max_position_embeddings": JSONValue(Self.context), "rope_theta": 700,
        ]
        for member in fields.members { config[member.key] = member.value }
        let model = try ModelDirectory.make(
            JSONFields(.object(config), file: "config.json"), LoudWeights(seed: 5))
        return try TextModel(model, tokenizer: tokenizer)
    }

    /// An adapter of random numbers on every matrix.
    static func adapter(_ name: String, _ model: TextModel, seed: UInt64, rank: Int) -> Adapter {
        var random = SplitMix64(seed: seed)
        func numbers(_ shape: [Int]) -> Parameter {
            Parameter(
                name: name,
                value: Tensor((0 ..< shape.reduce(1, *)).map { _ in Float(random.uniform() - 0.5) }, shape: shape))
        }
        let products = model.model.parameters.filter { $0.shape.count == 2 }.map { weight in
            (
                weight: weight,
                update: ModuleUpdate(
                    lowRank: .init(down: numbers([rank, weight.shape[1]]), up: numbers([weight.shape[0], rank])))
            )
        }
        return Adapter(name: name, model: model.model, products: products)
    }
}

/// Random weights that are large enough to make every logit different.
private final class LoudWeights: WeightSource {
    private let quiet: RandomWeights

    init(seed: UInt64) { quiet = RandomWeights(seed: seed) }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let start = quiet.parameter(name, shape, initial).value
        guard case .normal = initial else { return Parameter(name: name, value: start) }
        return Parameter(name: name, value: start.scaled(by: 12))
    }
}
