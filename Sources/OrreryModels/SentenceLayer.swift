import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// What sentence-transformers does to a text's vector after pooling: a layer with a folder of its own, or the division
/// by the length.
///
/// Source: sentence-transformers, `base/modules/dense.py` and `normalize.py`,
/// `sentence_transformer/modules/layer_norm.py`.
package enum SentenceLayer {
    case dense(Linear, Activation, residual: Residual)
    case layerNorm(LayerNorm)
    case normalize

    /// What a dense layer adds to its result.
    package enum Residual {
        case none
        case input
        case projection(Linear)
    }

    /// - Parameters:
    ///   - folder: The one with `config.json` and `model.safetensors`.
    ///   - width: The number of elements of the vectors that come in.
    ///   - warn: Receives what was found and not used, a line each.
    /// - Throws: `FileError` or `ModelError` naming the file, the field or the tensor.
    package static func dense(
        _ folder: String, width: Int, warn: (String) -> Void
    ) throws -> (layer: SentenceLayer, width: Int) {
        let json = try JSONFields(contentsOf: Path.join(folder, "config.json"), dialect: .python),
            output = try json.size("out_features")
        for key in ["module_input_name", "module_output_name"] {
            if let name = try json.stringIfPresent(key), name != "sentence_embedding" {
                throw json.error(key, expected: "sentence_embedding, the only place known here")
            }
        }
        guard try json.size("in_features") == width else {
            throw json.error("in_features", expected: "\(width), the width of the vectors that come in")
        }
        let activation = try activation(json, warn), scope = try weights(folder)
        let linear = try Linear(scope["linear"], width, output, bias: json.flag("bias", default: true))
        let residual: Residual =
            switch (try json.flag("use_residual", default: false), width == output) {
            case (false, _): .none
            case (true, true): .input
            case (true, false): .projection(try Linear(scope["residual"], width, output, bias: false))
            }
        return (.dense(linear, activation, residual: residual), output)
    }

    package static func layerNorm(_ folder: String, width: Int) throws -> SentenceLayer {
        let json = try JSONFields(contentsOf: Path.join(folder, "config.json"), dialect: .python)
        guard try json.size("dimension") == width else {
            throw json.error("dimension", expected: "\(width), the width of the vectors that come in")
        }
        return .layerNorm(try LayerNorm(weights(folder)["norm"], width, bias: true, epsilon: 1e-5))
    }

    /// In float32, whatever the encoder computes in.
    package func callAsFunction(_ vector: [Float]) -> [Float] {
        let x = Tensor(vector, shape: [1, vector.count])
        switch self {
        case .dense(let linear, let activation, let residual):
            let y = linear.unadapted(x, as: .float32).activated(activation)
            switch residual {
            case .none: return y.floats
            case .input: return y.adding(x).floats
            case .projection(let projection): return y.adding(projection.unadapted(x, as: .float32)).floats
            }
        case .layerNorm(let norm): return norm(x, as: .float32).floats
        case .normalize: return Self.normalized(vector)
        }
    }

    /// A vector over its length.
    package static func normalized(_ vector: [Float]) -> [Float] {
        let length = Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        return vector.map { $0 / max(length, 1e-12) }
    }

    private static func weights(_ folder: String) throws -> WeightScope {
        WeightScope(
            CheckpointWeights(try SafetensorsCheckpoint.open(directory: folder), otherPrefixes: [:], readsNumbers: true)
        )
    }

    /// `activation_function` is the path of a class. One that is not PyTorch's is not trusted by the reference, which
    /// takes Tanh instead.
    private static func activation(_ json: JSONFields, _ warn: (String) -> Void) throws -> Activation {
        guard let path = try json.stringIfPresent("activation_function") else { return .tanh }
        guard path.hasPrefix("torch.") else {
            warn(
                "\(json.file): activation_function \(FileError.quoted(path)) is not a class of PyTorch; Tanh is used, as in sentence-transformers"
            )
            return .tanh
        }
        let known: [(name: String, activation: Activation)] = [
            ("Tanh", .tanh), ("Identity", .identity), ("ReLU", .relu), ("ReLU6", .relu6), ("GELU", .gelu),
            ("SiLU", .silu), ("Sigmoid", .sigmoid),
            ("LeakyReLU", .leakyReLU), ("Hardswish", .hardSwish),
        ]
        guard let found = known.first(where: { $0.name == path.split(separator: ".").last ?? "" }) else {
            throw json.error("activation_function", expected: "torch.nn's \(known.map(\.name).joined(separator: ", "))")
        }
        return found.activation
    }
}
