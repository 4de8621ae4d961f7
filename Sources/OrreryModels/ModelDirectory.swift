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
        func weights(_ prefix: String) -> CheckpointWeights { CheckpointWeights(checkpoint, path: directory, dropsPrefix: prefix) }
        let (model, source): (any LanguageModel, CheckpointWeights)
        switch type {
        case "gpt2":
            source = weights("transformer.")
            model = try GPT2(GPT2.Configuration(json), source)
        case "qwen3":
            source = weights("model.")
            model = try Qwen3(Qwen3.Configuration(json), source)
        default: throw ModelError.architecture(type, path: json.file, known: architectures)
        }
        // A model without biases was written with zeros, which change nothing.
        let zeros = try (model as? GPT2).map { try $0.zeroBiases(in: checkpoint) } ?? []
        for name in source.unused + checkpoint.unlisted where !zeros.contains(name) { warn("\(directory): tensor \(name) is not used by \(type)") }
        return model
    }

    /// Writes `config.json`, `generation_config.json` and `model.safetensors` (float32) for the model, each atomically.
    /// - Parameter extra: further entries of config.json.
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
        try SafetensorsWriter.write(model.tensorsToSave, metadata: ["format": "pt"], to: Path.join(directory, SafetensorsCheckpoint.fileName))
    }
}

extension LanguageModel {
    /// The weights as the architecture's Hugging Face class expects them.
    var tensorsToSave: [SafetensorsTensor] {
        var tensors = parameters.map { p in
            SafetensorsTensor(name: p.name, dtype: .float32, shape: p.shape) { sink in
                try withExtendedLifetime(p) { try sink(UnsafeRawBufferPointer(start: p.value.pointer, count: p.count * 4)) }
            }
        }
        // Hugging Face's GPT-2 has no way to leave biases out: zeros are the same model.
        if let gpt2 = self as? GPT2, !gpt2.config.bias {
            tensors += gpt2.missingBiases.map { name, count in
                SafetensorsTensor(name: name, dtype: .float32, shape: [count], bytes: [UInt8](repeating: 0, count: count * 4))
            }
        }
        return tensors
    }
}

extension GPT2 {
    /// Of the biases that this model does not have, those that are zero in the checkpoint.
    fileprivate func zeroBiases(in checkpoint: SafetensorsCheckpoint) throws -> Set<String> {
        guard !config.bias else { return [] }
        return try Set(missingBiases.map(\.0).filter { name in
            guard checkpoint.tensors[name] != nil else { return false }
            return try checkpoint.bytes(of: name).withUnsafeBytes { bytes in bytes.allSatisfy { $0 == 0 } }
        })
    }

    /// The biases that a model without them would have.
    fileprivate var missingBiases: [(String, Int)] {
        let D = config.nEmbd, inner = config.nInner ?? 4 * D
        return (0 ..< config.nLayer).flatMap { layer in
            [("ln_1", D), ("attn.c_attn", 3 * D), ("attn.c_proj", D), ("ln_2", D), ("mlp.c_fc", inner), ("mlp.c_proj", D)].map {
                ("transformer.h.\(layer).\($0.0).bias", $0.1)
            }
        } + [("transformer.ln_f.bias", D)]
    }
}
