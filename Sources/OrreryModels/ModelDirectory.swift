import Foundation
import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// A directory in Hugging Face's layout: `config.json`, `model.safetensors`, and the tokenizer's files next to them.
package enum ModelDirectory {
    /// The architectures that can be opened, by `model_type`.
    package static var architectures: [String] { Architectures.known }

    private static func configuration(_ directory: String) throws -> JSONFields {
        try JSONFields(contentsOf: Path.join(directory, "config.json"), dialect: .python)
    }

    /// The weights. Where there are none that can be read, the method by which they were quantised is the reason.
    private static func checkpoint(_ json: JSONFields, _ directory: String) throws -> SafetensorsCheckpoint {
        do { return try SafetensorsCheckpoint.open(directory: directory) } catch {
            throw try QuantizationConfiguration(json)?.reason(for: error, json) ?? error
        }
    }

    /// What can be done with the model in `directory`.
    ///
    /// - Throws: `ModelError` that lists the known architectures, where `model_type` is none of them.
    package static func kind(of directory: String) throws -> ModelKind {
        try Architectures.kind(configuration(directory))
    }

    /// Opens the language model in `directory`.
    /// - Parameter warn: receives what was found and not used, a line each.
    package static func open(_ directory: String, warn: (String) -> Void = { _ in }) throws -> any TokenModel {
        let json = try configuration(directory)
        let architecture = try Architectures.languageModel(json)
        return try architecture.load(json, checkpoint(json, directory), warn)
    }

    /// Opens the encoder in `directory`.
    package static func openEncoder(_ directory: String, warn: (String) -> Void = { _ in }) throws -> any TextEncoder {
        let json = try configuration(directory)
        let architecture = try Architectures.encoder(json)
        return try architecture.load(json, checkpoint(json, directory), warn)
    }

    /// Opens the encoder with a decoder in `directory`.
    package static func openEncoderDecoder(
        _ directory: String, warn: (String) -> Void = { _ in }
    ) throws -> any EncoderDecoder {
        let json = try configuration(directory)
        let architecture = try Architectures.encoderDecoder(json)
        return try architecture.load(json, checkpoint(json, directory), warn)
    }

    /// The encoder that a configuration describes, with weights from any source; likewise with a decoder.
    package static func makeEncoder(_ json: JSONFields, _ source: any WeightSource) throws -> any TextEncoder {
        try Architectures.encoder(json).make(json, source)
    }

    package static func makeEncoderDecoder(_ json: JSONFields, _ source: any WeightSource) throws -> any EncoderDecoder
    {
        try Architectures.encoderDecoder(json).make(json, source)
    }

    /// The model that a configuration describes, with weights from any source.
    package static func make(_ json: JSONFields, _ source: any WeightSource) throws -> any TokenModel {
        try Architectures.languageModel(json).make(json, source)
    }

    /// Writes `config.json`, `generation_config.json` and `model.safetensors` (float32) for the model, each atomically.
    package static func write(_ model: any TokenModel, to directory: String) throws {
        let config = model.savedConfiguration(as: .float32)
        try JSONValue.object(config).write(to: Path.join(directory, "config.json"))
        var generation = JSONObject()
        generation["_from_model_config"] = true
        for key in ["bos_token_id", "eos_token_id"] { if let id = config[key], id != .null { generation[key] = id } }
        try JSONValue.object(generation).write(to: Path.join(directory, "generation_config.json"))
        let tensors = try model.tensorsToSave(as: .float32).map { conversion in
            SafetensorsTensor(name: conversion.name, dtype: .float32, shape: conversion.shape) {
                try conversion.write(to: $0)
            }
        }
        try SafetensorsWriter.write(
            tensors, metadata: ["format": "pt"], to: Path.join(directory, SafetensorsCheckpoint.fileName))
    }
}

extension GPT2 {
    /// The biases that a model without them would have.
    var missingBiases: [(String, Int)] {
        let D = config.nEmbd, inner = config.nInner ?? 4 * D
        return (0 ..< config.nLayer).flatMap { layer in
            [
                ("ln_1", D), ("attn.c_attn", 3 * D), ("attn.c_proj", D), ("ln_2", D), ("mlp.c_fc", inner),
                ("mlp.c_proj", D),
            ].map {
                ("transformer.h.\(layer).\($0.0).bias", $0.1)
            }
        } + [("transformer.ln_f.bias", D)]
    }

    /// Marks as used the zeros that `missingBiases` wrote, and the causal masks that early versions of transformers
    /// saved as weights.
    func account(forUnused source: CheckpointWeights, _ checkpoint: SafetensorsCheckpoint) throws {
        let zeros = config.bias ? [] : Set(missingBiases.map(\.0))
        for name in source.unused {
            if zeros.contains(name) || zeros.contains("transformer." + name) {
                let isZero = try checkpoint.bytes(of: name).withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
                guard isZero else {
                    throw ModelError.unusable(
                        checkpoint.path, "tensor \(name) is not zero, and config.json has bias false")
                }
                source.markUsed(name)
            } else if name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias") {
                source.markUsed(name)
            }
        }
    }
}
