import Kernels
import OrreryFiles
import OrreryTensor

/// The tensors of `adapter_model.safetensors`, by the module that each belongs to.
struct AdapterTensors {
    static let fileName = "adapter_model.safetensors"

    /// What a tensor is to its module.
    enum Part: Hashable {
        /// [rank, in] and [out, rank]
        case down, up
        /// [out]
        case upBias
        /// [rank, tokens] and [width, rank]
        case embeddingDown, embeddingUp
        /// All of the module's weights, in the model's own shape
        case whole
    }

    let path: String
    private let checkpoint: SafetensorsCheckpoint
    private let stored: StoredWeights
    /// The names of tensors, by module and part.
    private(set) var modules: [String: [Part: String]] = [:]

    /// - Throws: `FileError` or `ModelError` naming a tensor that is nothing of a LoRA.
    init(_ path: String) throws {
        self.path = path
        checkpoint = try SafetensorsCheckpoint(file: path)
        stored = StoredWeights(checkpoint)
        for name in checkpoint.ordered.map(\.name) {
            let (module, part) = try place(of: name)
            if let other = modules[module]?[part] {
                throw ModelError.unusable(path, "tensors \(other) and \(name) are the same part of \(module)")
            }
            modules[module, default: [:]][part] = name
        }
    }

    /// The beginnings that PEFT puts before the names of the model's own modules.
    private static let wrappers = ["base_model.model.", "base_model."]

    private static let parts: [(names: [String], part: Part)] = [
        (["lora_A", "weight"], .down), (["lora_B", "weight"], .up), (["lora_B", "bias"], .upBias),
        (["lora_embedding_A"], .embeddingDown), (["lora_embedding_B"], .embeddingUp),
    ]

    private func place(of name: String) throws -> (module: String, part: Part) {
        let wrapper = Self.wrappers.first { name.hasPrefix($0) } ?? ""
        let names = name.dropFirst(wrapper.count).split(separator: ".", omittingEmptySubsequences: false).map(
            String.init)
        if let start = names.lastIndex(where: { $0.hasPrefix("lora_") }) {
            let module = names[..<start].joined(separator: ".")
            // A name of the adapter may stand in between, as in a state that was saved by hand.
            let rest = Array(names[start...])
            if let found = Self.parts.first(where: { known, _ in
                known == rest || rest.count == known.count + 1 && known[0] == rest[0] && known.dropFirst() == rest[2...]
            }) {
                return (module, found.part)
            }
            if names[start] == "lora_magnitude_vector" {
                throw ModelError.unusable(
                    path, "tensor \(name) is DoRA's, which is not known here; \(AdapterConfiguration.merging)")
            }
        } else if names.last == "weight" {
            return (Self.module(ofWhole: names.dropLast()), .whole)
        } else if names.last == "bias" {
            throw ModelError.unusable(
                path,
                "tensor \(name) is a bias of the model (bias in \(AdapterConfiguration.fileName)), which an adapter cannot change here; \(AdapterConfiguration.merging)"
            )
        }
        throw ModelError.unusable(
            path,
            "tensor \(name) is nothing of a LoRA that is known here; expected lora_A, lora_B, lora_embedding_A and lora_embedding_B of a module"
        )
    }

    /// The module without the wrapper in which PEFT holds the model's own.
    private static func module(ofWhole names: ArraySlice<String>) -> String {
        var names = names
        if let place = names.lastIndex(of: "modules_to_save") {
            names = names[..<place]
        } else if ["base_layer", "original_module"].contains(names.last) {
            names.removeLast()
        }
        return names.joined(separator: ".")
    }

    // MARK: Numbers

    func shape(of name: String) throws -> [Int] { try checkpoint.entry(name).shape }

    /// A tensor as float32.
    ///
    /// - Throws: `ModelError` unless it has this shape, a type of floats, and numbers that are finite.
    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
        let found = try self.shape(of: name)
        guard found == shape else {
            throw ModelError.unusable(path, "tensor \(name) has shape \(found), the model asks for \(shape)")
        }
        let entry = try checkpoint.entry(name)
        guard [.float32, .bfloat16, .float16].contains(entry.dtype) else {
            throw ModelError.type(tensor: name, path: path, found: entry.dtype.rawValue)
        }
        let values = Parameter(name: name, shape: shape, blocks: try stored.tensor(name).matrix).value.floats
        guard let place = values.firstIndex(where: { !$0.isFinite }) else { return values }
        throw ModelError.unusable(
            path, "tensor \(name) holds \(values[place]) at place \(place), which is not a number to compute with")
    }
}
