import Foundation
import Kernels
import OrreryFiles
import OrreryTensor

/// Writes a model as a directory that transformers opens.
package struct HuggingFaceExport {
    private let model: any Model
    private let format: BlockFormat

    /// - Parameter mix: f32, f16 or bf16.
    package init(_ model: any Model, mix: WeightMix) {
        precondition(mix.base.isFloat, "a directory of weights in \(mix)")
        (self.model, format) = (model, mix.base)
    }

    /// Writes to a directory whose model, if it holds one, is replaced.
    package func write(
        files: [(name: String, contents: [UInt8])], to directory: String,
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        try write(files: files, to: ModelDestination(directory, overwrite: true), progress: progress)
    }

    /// - Parameters:
    ///   - files: the tokenizer's and whatever else belongs to the model, by name.
    ///   - destination: a directory, which is made or replaced; what a training run keeps there stays.
    ///   - progress: receives the bytes written and all of them.
    package func write(
        files: [(name: String, contents: [UInt8])], to destination: ModelDestination,
        progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let lock = try DirectoryLock.ifPresent(destination.path)
        defer { withExtendedLifetime(lock) {} }
        let set = try DirectoryReplacement(path: destination.path)
        try set.naming(destination.path) {
            let config = model.savedConfiguration(as: format)
            try JSONValue.object(config).write(to: set.path(for: "config.json"))
            for file in files where file.name != "config.json" {
                try AtomicFile.write(file.contents, to: set.path(for: file.name))
            }
            let conversions = try model.tensorsToSave(as: format)
            let total = conversions.reduce(0) { $0 + $1.byteCount }
            var done = 0
            let tensors = conversions.map { conversion in
                SafetensorsTensor(
                    name: conversion.name, dtype: SafetensorsDType(rawValue: format.rawValue)!, shape: conversion.shape
                ) { sink in
                    try conversion.write { bytes in
                        try sink(bytes)
                        done += bytes.count
                        try progress(done, total)
                    }
                }
            }
            try SafetensorsWriter.write(
                tensors, metadata: ["format": "pt"], to: set.path(for: SafetensorsCheckpoint.fileName))
        }
        try set.keep(destination.kept)
        try set.commit()
    }
}

extension Model {
    /// `config.json` of a directory whose weights are stored so: f32, f16 or bf16.
    func savedConfiguration(as format: BlockFormat) -> JSONObject {
        var config = configuration
        let type =
            switch format {
            case .float16: "float16"
            case .bfloat16: "bfloat16"
            default: "float32"
            }
        for key in ["dtype", "torch_dtype"] { config[key] = JSONValue(type) }
        config["use_cache"] = true
        // Some classes have a default that a small vocabulary lacks.
        config["pad_token_id"] = config["pad_token_id"] ?? .null
        return config
    }

    /// The weights as the architecture's Hugging Face class expects them.
    func tensorsToSave(as format: BlockFormat) throws -> [TensorConversion] {
        // A GGUF file has every matrix as [output, input]; GPT-2's own checkpoints have them the other way round.
        let turns = self is GPT2 && layout == .outputByInput
        let architecture = self as? any Architecture,
            isApart = architecture.map { type(of: $0).savesExpertsApart } ?? true
        return try (architecture?.savedParameters ?? parameters).flatMap { parameter in
            if isApart, let experts = parameter.name.range(of: ".experts."), parameter.shape.count > 2 {
                return try parameter.expertParts(experts, as: format)
            }
            let isTransposed = turns && parameter.shape.count == 2 && parameter.name.contains(".h.")
            let shape = isTransposed ? Array(parameter.shape.reversed()) : parameter.shape
            var conversion = TensorConversion(
                name: parameter.name, shape: shape, format: format, parts: try parameter.matrices)
            conversion.isTransposed = isTransposed
            return [conversion]
        } + tensorsOfNothing(as: format)
    }

    /// Hugging Face's GPT-2 has no way to leave biases out: zeros are the same model.
    private func tensorsOfNothing(as format: BlockFormat) throws -> [TensorConversion] {
        guard let gpt2 = self as? GPT2, !gpt2.config.bias else { return [] }
        return try gpt2.missingBiases.map { name, count in
            try TensorConversion(name: name, values: [Float](repeating: 0, count: count), as: format)
        }
    }
}

extension Parameter {
    /// A stack of experts is saved as its parts, under their own names.
    fileprivate func expertParts(_ place: Range<String.Index>, as format: BlockFormat) throws -> [TensorConversion] {
        let matrices = try matrices, perPart = shape.dropFirst().dropLast().reduce(1, *)
        return (0 ..< shape[0]).map { i in
            let part =
                matrices.count == shape[0] ? matrices[i] : matrices[0].slice(rows: i * perPart ..< (i + 1) * perPart)
            return TensorConversion(
                name: name.replacingCharacters(in: place, with: ".experts.\(i)."), shape: Array(shape.dropFirst()),
                format: format, parts: [part])
        }
    }
}
