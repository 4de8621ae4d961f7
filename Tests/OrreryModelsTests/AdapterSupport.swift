import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor

/// An adapter for a model with random numbers, as PEFT would save it, and the same as matrices.
struct RandomAdapter {
    /// A matrix of the model and what is added to it.
    struct Module {
        let name: String
        let weight: Parameter
        /// Of the weight's own shape, scale included
        let sum: [Float]
    }

    let directory: String
    let modules: [Module]

    /// - Parameters:
    ///   - withTables: whether embeddings and output layer are changed too.
    init(
        _ model: any TokenModel, to directory: String, seed: UInt64, rank: Int = 3, config: JSONObject = [:],
        withTables: Bool = false, scale: Float? = nil,
        change: (inout [(name: String, value: Tensor)]) -> Void = { _ in }
    ) throws {
        self.directory = directory
        let scale = scale ?? 16 / Float(rank)
        var tensors: [(name: String, value: Tensor)] = [], modules: [Module] = []
        for (index, place) in Self.places(model, withTables: withTables).enumerated() {
            let (A, B) = (
                numbers([rank, place.input], seed: seed + UInt64(2 * index)).scaled(by: 0.3),
                numbers([place.output, rank], seed: seed + UInt64(2 * index + 1)).scaled(by: 0.1)
            )
            let names = place.isTable ? ("lora_embedding_A", "lora_embedding_B") : ("lora_A.weight", "lora_B.weight")
            if place.isTable {
                // [rank, V] and [D, rank]
                let down = numbers([rank, place.output], seed: seed + UInt64(2 * index)),
                    up = numbers([place.input, rank], seed: seed + UInt64(2 * index + 1))
                tensors.append(("base_model.model.\(place.name).\(names.0)", down))
                tensors.append(("base_model.model.\(place.name).\(names.1)", up))
                continue
            }
            tensors.append(("base_model.model.\(place.name).\(names.0)", A))
            tensors.append(("base_model.model.\(place.name).\(names.1)", B))
            let sum = B.matmul(A).scaled(by: scale)
            modules.append(
                Module(
                    name: place.name, weight: place.weight,
                    sum: place.isTransposed ? transposed(sum.floats, place.output, place.input) : sum.floats))
        }
        self.modules = modules
        change(&tensors)
        var all: JSONObject = [
            "peft_type": "LORA", "r": JSONValue(rank), "lora_alpha": 16, "target_modules": "all-linear",
        ]
        for member in config.members { all[member.key] = member.value }
        try Directory.createAll(directory)
        try AtomicFile.write(JSONValue.object(all).text(.compact), to: Path.join(directory, "adapter_config.json"))
        try SafetensorsWriter.write(
            tensors.map { tensor in
                SafetensorsTensor(name: tensor.name, dtype: .float32, shape: tensor.value.shape) { sink in
                    try tensor.value.floats.withUnsafeBytes { try sink($0) }
                }
            }, metadata: ["format": "pt"], to: Path.join(directory, "adapter_model.safetensors"))
    }

    private struct Place {
        let name: String
        let weight: Parameter
        let input: Int
        let output: Int
        var isTable = false
        var isTransposed = false
    }

    /// Tables of positions take no adapter.
    private static func isPositions(_ name: String) -> Bool {
        ["wpe.weight", "embed_positions.weight"].contains { name.hasSuffix($0) }
    }

    private static func places(_ model: any TokenModel, withTables: Bool) -> [Place] {
        var places: [Place] = []
        for p in model.parameters where p.name.hasSuffix(".weight") && !isPositions(p.name) {
            let module = String(p.name.dropLast(7)), isTable = p === model.tokenEmbedding,
                isHead = ["lm_head", "embed_out"].contains(module)
            if isTable || isHead, !withTables { continue }
            if p.shape.count == 2 {
                let isTransposed = model.layout == .inputByOutput && !isTable && !isHead
                let (output, input) = isTransposed ? (p.shape[1], p.shape[0]) : (p.shape[0], p.shape[1])
                places.append(
                    Place(
                        name: module, weight: p, input: input, output: output, isTable: isTable,
                        isTransposed: isTransposed))
            } else if p.shape.count == 3, let experts = module.range(of: ".experts.") {
                for e in 0 ..< p.shape[0] {
                    places.append(
                        Place(
                            name: "\(module[..<experts.upperBound])\(e).\(module[experts.upperBound...])",
                            weight: p.part(e), input: p.shape[2], output: p.shape[1]))
                }
            }
        }
        return places
    }

    /// Adds what the adapter adds to products to the weights themselves.
    ///
    /// - Precondition: the model is one of floats that was made as that of the adapter.
    func merge(into model: any TokenModel) {
        let byName = Dictionary(uniqueKeysWithValues: modules.map { ($0.weight.name, $0.sum) })
        for p in model.parameters {
            var values = p.value.floats
            if p.shape.count == 3 {
                let size = p.count / p.shape[0]
                for e in 0 ..< p.shape[0] {
                    guard let sum = byName["\(p.name)[\(e)]"] else { continue }
                    for i in 0 ..< size { values[e * size + i] += sum[i] }
                }
            } else if let sum = byName[p.name] {
                values = zip(values, sum).map { $0 + $1 }
            }
            p.assign(Tensor(values, shape: p.shape))
        }
    }
}

private func transposed(_ x: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    var y = x
    for i in 0 ..< rows { for j in 0 ..< columns { y[j * rows + i] = x[i * columns + j] } }
    return y
}
