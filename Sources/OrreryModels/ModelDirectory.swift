import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// A directory in Hugging Face's layout: `config.json`, `model.safetensors`, and the tokenizer's files beside them.
public enum ModelDirectory {
    /// The architectures that can be opened, by `model_type`.
    public static let architectures = ["gpt2", "qwen3"]

    /// Opens the model in `directory`.
    /// - Parameter warn: receives what was found and not used, a line each.
    public static func open(_ directory: String, warn: (String) -> Void = { _ in }) throws -> any LanguageModel {
        let json = try JSONFields(contentsOf: Path.join(directory, "config.json"))
        let type = try json.string("model_type")
        let checkpoint = try SafetensorsCheckpoint.open(directory: directory)
        let (model, source): (any LanguageModel, CheckpointWeights)
        switch type {
        case "gpt2":
            let config = try GPT2.Configuration(json)
            let (gpt2, weights) = try CheckpointWeights.load(checkpoint, dropsPrefix: "transformer.") { try GPT2(config, $0) }
            try gpt2.checkUnusedBiases(weights, checkpoint)
            (model, source) = (gpt2, weights)
        case "qwen3":
            let config = try Qwen3.Configuration(json)
            (model, source) = try CheckpointWeights.load(checkpoint, dropsPrefix: "model.") { try Qwen3(config, $0) }
        default: throw ModelError.architecture(type, path: json.file, known: architectures)
        }
        for name in source.unused + checkpoint.unlisted { warn("\(checkpoint.path): tensor \(name) is not used by \(type)") }
        return model
    }

    /// The model that a configuration describes, with weights from any source.
    static func model(_ config: JSONFields, _ source: any WeightSource) throws -> any LanguageModel {
        switch try config.string("model_type") {
        case "gpt2": try GPT2(GPT2.Configuration(config), source)
        case "qwen3": try Qwen3(Qwen3.Configuration(config), source)
        case let type: throw ModelError.architecture(type, path: config.file, known: architectures)
        }
    }

    /// What `write` writes.
    package static let fileNames = ["config.json", "generation_config.json", SafetensorsCheckpoint.fileName]

    /// Writes `config.json`, `generation_config.json` and `model.safetensors` (float32) for the model, each atomically.
    public static func write(_ model: any LanguageModel, to directory: String) throws {
        var config = model.configuration
        config["dtype"] = "float32"
        config["torch_dtype"] = "float32"
        config["use_cache"] = true
        try JSONValue.object(config).write(to: Path.join(directory, "config.json"))
        var generation = JSONObject()
        generation["_from_model_config"] = true
        for key in ["bos_token_id", "eos_token_id"] { if let id = config[key], id != .null { generation[key] = id } }
        try JSONValue.object(generation).write(to: Path.join(directory, "generation_config.json"))
        let tensors = try model.tensorsToSave(as: .float32).map { conversion in
            SafetensorsTensor(name: conversion.name, dtype: .float32, shape: conversion.shape) { try conversion.write(to: $0) }
        }
        try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: Path.join(directory, SafetensorsCheckpoint.fileName))
    }
}

extension GPT2 {
    /// The biases that a model without them would have.
    var missingBiases: [(String, Int)] {
        let D = config.nEmbd, inner = config.nInner ?? 4 * D
        return (0 ..< config.nLayer).flatMap { layer in
            [("ln_1", D), ("attn.c_attn", 3 * D), ("attn.c_proj", D), ("ln_2", D), ("mlp.c_fc", inner), ("mlp.c_proj", D)].map {
                ("transformer.h.\(layer).\($0.0).bias", $0.1)
            }
        } + [("transformer.ln_f.bias", D)]
    }

    /// Marks as used the zeros that `missingBiases` wrote, and the causal masks that early versions of transformers saved as weights.
    fileprivate func checkUnusedBiases(_ source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {
        let zeros = config.bias ? [] : Set(missingBiases.map(\.0))
        for name in source.unused {
            if zeros.contains(name) || zeros.contains("transformer." + name) {
                let isZero = try checkpoint.bytes(of: name).withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
                guard isZero else { throw ModelError.unusable(checkpoint.path, "tensor \(name) is not zero, and config.json has bias false") }
                source.markUsed(name)
            } else if name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias") {
                source.markUsed(name)
            }
        }
    }
}
