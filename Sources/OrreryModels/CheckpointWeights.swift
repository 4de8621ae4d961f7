import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Weights from a safetensors checkpoint. Matrices of F32, F16 and BF16 stay in the file, in their own type; vectors
/// become float32.
final class CheckpointWeights: WeightSource {
    private let checkpoint: SafetensorsCheckpoint
    private let stored: StoredWeights
    let path: String
    private var used = NameSet()
    private let names: CheckpointNames
    /// Without, names, shapes and types are checked and the parameters have no numbers: a model of them is thrown away.
    let readsNumbers: Bool

    init(_ checkpoint: SafetensorsCheckpoint, otherPrefixes: [String: [String]], readsNumbers: Bool) {
        (self.checkpoint, path, self.readsNumbers) = (checkpoint, checkpoint.path, readsNumbers)
        names = CheckpointNames(checkpoint.ordered.map(\.name), otherPrefixes: otherPrefixes)
        stored = StoredWeights(checkpoint)
    }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        if let wide = try float64(name, shape) { return wide }
        guard let matrix = try matrix(name, shape) else { return withoutNumbers(name, shape) }
        return Parameter(name: name, shape: shape, blocks: matrix)
    }

    /// A tensor of F64, rounded to float32; nil where it is of another type.
    ///
    /// - Throws: `ModelError` where it has another shape, or a number that float32 cannot hold.
    private func float64(_ name: String, _ shape: [Int]) throws -> Parameter? {
        guard let stored = names.stored(name), case let entry = try checkpoint.entry(stored), entry.dtype == .float64
        else { return nil }
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        guard readsNumbers else { return withoutNumbers(name, shape) }
        used.insert(stored)
        let count = shape.reduce(1, *), columns = max(1, shape.last ?? 1)
        let numbers = try checkpoint.bytes(of: stored).withUnsafeBytes { bytes in
            try (0 ..< count).map { index in
                let value = Double(
                    bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)))
                let rounded = Float(value)
                guard rounded.isFinite || !value.isFinite else {
                    let place = "row \(index / columns), column \(index % columns)"
                    throw ModelError.unusable(
                        path, "tensor \(stored) holds \(value) in \(place), beyond what float32 can hold")
                }
                return rounded
            }
        }
        return Parameter(name: name, value: Tensor(numbers, shape: shape))
    }

    func stack(
        _ prefix: String, _ name: String, count: Int, _ shape: [Int], _ initial: InitialValue
    ) throws -> Parameter {
        let matrices = try (0 ..< count).compactMap { try matrix("\(prefix).\($0).\(name)", shape) },
            whole = [count] + shape
        guard readsNumbers else { return withoutNumbers("\(prefix).\(name)", whole) }
        return Parameter(name: "\(prefix).\(name)", shape: whole, stack: matrices)
    }

    /// A tensor of floats where it lies, [all dimensions but the last, the last]; nil where numbers are not read.
    ///
    /// - Throws: `ModelError` unless it is there in this shape and in a type of floats.
    func matrix(_ name: String, _ shape: [Int]) throws -> QuantizedMatrix? {
        let stored = storedName(name), entry = try checkpoint.entry(stored)
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        guard [.float32, .bfloat16, .float16].contains(entry.dtype) else {
            throw ModelError.type(tensor: stored, path: path, found: entry.dtype.rawValue)
        }
        guard readsNumbers else { return nil }
        used.insert(stored)
        return try self.stored.tensor(stored).matrix
    }

    /// Whether the checkpoint has a tensor that the model calls so.
    func has(_ name: String) -> Bool { names.stored(name) != nil }

    /// Whether both names are of tensors with the same numbers.
    func isSame(_ name: String, as other: String) throws -> Bool {
        guard let name = names.stored(name), let other = names.stored(other) else { return false }
        let (a, b) = (try checkpoint.entry(name), try checkpoint.entry(other))
        guard a.dtype == b.dtype, a.shape == b.shape else { return false }
        let (left, right) = (try checkpoint.bytes(of: name), try checkpoint.bytes(of: other))
        return left.withUnsafeBytes { left in right.withUnsafeBytes { left.elementsEqual($0) } }
    }

    /// Numbers of a tensor that a source rearranges; none where numbers are not read.
    func floats(_ name: String, _ shape: [Int]) throws -> [Float] {
        readsNumbers ? try parameter(name, shape, .zeros).value.floats : try none(name, shape)
    }

    private func none(_ name: String, _ shape: [Int]) throws -> [Float] {
        _ = try matrix(name, shape)
        return []
    }

    /// Bytes of a tensor of U8.
    func bytes(_ name: String, _ shape: [Int]) throws -> MappedRegion {
        let stored = storedName(name), entry = try checkpoint.entry(stored)
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        guard entry.dtype == .uint8 else {
            throw ModelError.type(tensor: stored, path: path, found: entry.dtype.rawValue)
        }
        used.insert(stored)
        return try checkpoint.bytes(of: stored)
    }

    /// A parameter whose shape is known to be right.
    func withoutNumbers(_ name: String, _ shape: [Int]) -> Parameter {
        Parameter(name: name, value: Tensor(shape, .float32, storage: Storage(byteCount: 0)))
    }

    private func storedName(_ name: String) -> String { names.stored(name) ?? name }

    /// Keeps a tensor that the model rightly does not ask for from being called unused.
    ///
    /// - Parameter name: the model's, or the file's own.
    func markUsed(_ name: String) { used.insert(storedName(name)) }

    /// Tensors of the file that the model did not ask for: each is named to the user.
    var unused: [String] { checkpoint.ordered.map(\.name).filter { !used.contains($0) } }
}
