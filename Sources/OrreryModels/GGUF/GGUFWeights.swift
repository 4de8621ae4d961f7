import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Weights from a GGUF file, asked for by Hugging Face's names. Matrices stay in the file, in their blocks; vectors
/// become float32.
final class GGUFWeights: WeightSource {
    private let file: GGUFFile
    private let stored: StoredWeights
    private let names: GGUFNames
    private let heads: Int
    private let keyValueHeads: Int
    private var used = NameSet(["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"])

    init(_ file: GGUFFile, _ config: GGUFConfiguration) throws {
        self.file = file
        stored = StoredWeights(file)
        names = GGUFNames(config.architecture)
        func count(_ key: String) throws -> Int? {
            try config.sameInAllLayers(key) ?? file.metadata.intIfPresent(key, in: 1 ... 1 << 20)
        }
        let key = config.key("attention.head_count")
        heads = try count(key) ?? file.metadata.int(key)
        keyValueHeads = try count(config.key("attention.head_count_kv")) ?? heads
    }

    /// Every matrix in GGUF is [output, input].
    func layout(_ asked: WeightLayout) -> WeightLayout { .outputByInput }

    func has(_ name: String) -> Bool { names.place(of: name).map { file.tensors[$0.place.name] != nil } ?? false }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        guard let (place, difference) = names.place(of: name) else {
            throw ModelError.unusable(file.path, "nothing is known here that GGUF calls \(name)")
        }
        used.insert(place.name)
        var (matrix, found) = try found(place)
        guard found == shape else {
            throw ModelError.shape(tensor: place.name, path: file.path, expected: shape, found: found)
        }
        if let order = try order(difference, rows: shape.count == 1 ? shape[0] : matrix.rows, place.name) {
            if shape.count == 1 {
                let values = Parameter(name: name, shape: shape, blocks: matrix).value.floats
                return Parameter(name: name, value: Tensor(order.map { values[$0] }, shape: shape))
            }
            matrix = try matrix.reordered(order)
        }
        let parameter = Parameter(name: name, shape: shape, blocks: matrix)
        guard case .plusOne = difference else { return parameter }
        return Parameter(name: name, value: Tensor(parameter.value.floats.map { $0 - 1 }, shape: shape))
    }

    /// A layer's experts. Their biases become float32, as other vectors.
    func stack(
        _ prefix: String, _ name: String, count: Int, _ shape: [Int], _ initial: InitialValue
    ) throws -> Parameter {
        let all = try parameter("\(prefix).\(name)", [count] + shape, initial)
        guard shape.count == 1, let matrix = all.blocks.first else { return all }
        let rows = (0 ..< count).map { matrix.slice(rows: $0 ..< $0 + 1) }
        return Parameter(name: all.name, shape: all.shape, stack: rows)
    }

    /// The tensor, or the part of it that was asked for.
    private func found(_ place: GGUFNames.Place) throws -> (QuantizedMatrix, shape: [Int]) {
        guard file.tensors[place.name] != nil else {
            if let part = try partOfFused(place.name) { return part }
            throw ModelError.unusable(file.path, "has no tensor \(place.name)")
        }
        let tensor = try stored.tensor(place.name)
        guard let part = place.part else { return (tensor.matrix, tensor.shape) }
        let rest = Array(tensor.shape.dropFirst()), rows = rest.dropLast().reduce(1, *)
        guard tensor.shape.count > 1, part < tensor.shape[0] else {
            throw ModelError.unusable(
                file.path, "tensor \(place.name) is \(tensor.shape); part \(part) of it is wanted")
        }
        return (tensor.matrix.slice(rows: part * rows ..< (part + 1) * rows), rest)
    }

    /// Queries, keys or values of a file that has them in one matrix, one after another.
    private func partOfFused(_ name: String) throws -> (QuantizedMatrix, shape: [Int])? {
        for (index, part) in ["attn_q", "attn_k", "attn_v"].enumerated() where name.contains(".\(part).") {
            let fused = name.replacing(".\(part).", with: ".attn_qkv.")
            guard file.tensors[fused] != nil else { return nil }
            used.insert(fused)
            let tensor = try stored.tensor(fused), all = tensor.shape[0]
            guard tensor.shape.count == 2, all % (heads + 2 * keyValueHeads) == 0 else { return nil }
            let size = all / (heads + 2 * keyValueHeads)
            let starts = [0, heads * size, (heads + keyValueHeads) * size, all]
            let rows = starts[index] ..< starts[index + 1]
            return (tensor.matrix.slice(rows: rows), [rows.count, tensor.shape[1]])
        }
        return nil
    }

    private func order(_ difference: GGUFTensorRule.Difference, rows: Int, _ name: String) throws -> [Int]? {
        let order: [Int]?
        switch difference {
        case .none, .plusOne, .transposed: return nil
        case .rotaryRows(let ofKeys): order = GGUFRowOrder.rotary(rows: rows, heads: ofKeys ? keyValueHeads : heads)
        case .queryKeyValueRows: order = GGUFRowOrder.queryKeyValue(rows: rows, heads: heads)
        }
        guard let order else {
            throw ModelError.unusable(
                file.path, "tensor \(name) has \(rows) rows, which do not fall into \(heads) heads of pairs")
        }
        return order
    }

    /// Tensors of the file that the model did not ask for: each is named to the user.
    var unused: [String] { file.ordered.map(\.name).filter { !used.contains($0) } }
}
