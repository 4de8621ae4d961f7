import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTokenizers

/// Small models with random weights, large enough to make every logit different.
enum TestModels {
    static let qwen3 = Qwen3.Configuration(
        vocabSize: 61, hiddenSize: 48, intermediateSize: 88, numHiddenLayers: 2, numAttentionHeads: 4,
        numKeyValueHeads: 2, headDim: 16,
        maxPositionEmbeddings: 64)

    static func make(_ config: Qwen3.Configuration, seed: UInt64 = 5) throws -> any TokenModel {
        try Qwen3(config, RandomWeights(seed: seed), initial: Initialization(embedding: 0.5, hidden: 0.2))
    }

    static func make(_ config: GPT2.Configuration, seed: UInt64 = 5) throws -> any TokenModel {
        let model = try GPT2(config, RandomWeights(seed: seed))
        // GPT-2 starts with biases of zero and small weights: neither would show a mistake.
        for (index, parameter) in model.parameters.enumerated() {
            var random = SplitMix64(seed: seed &+ UInt64(index))
            let scale: Float = parameter.isMatrix ? 8 : 1
            parameter.assign(
                .init(
                    parameter.value.floats.map { $0 * scale + Float.random(in: -0.05 ... 0.05, using: &random) },
                    shape: parameter.shape))
        }
        return model
    }

    /// A model of the characters in `text`, with an end-of-text token.
    static func text(
        _ text: String = "abcdefghijklmnopqrstuvwxyz .\n", contextLength: Int = 64, endOfText: String? = "<|end|>",
        seed: UInt64 = 5
    ) throws -> TextModel {
        let tokenizer = try CharacterTokenizer(training: text, endOfText: endOfText)
        var config = qwen3
        config.vocabSize = tokenizer.vocabularySize
        config.maxPositionEmbeddings = contextLength
        return try TextModel(make(config, seed: seed), tokenizer: tokenizer)
    }
}
