import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Weights from a safetensors checkpoint. Floats of any width become float32.
final class CheckpointWeights: WeightSource {
    private let checkpoint: SafetensorsCheckpoint
    let path: String
    private var used: Set<String> = []
    /// Other beginnings to try when a name is absent, by the model's own.
    private let otherPrefixes: [String: [String]]
    /// Without, names, shapes and types are checked and the parameters have no numbers: a model of them is thrown away.
    let readsNumbers: Bool

    init(_ checkpoint: SafetensorsCheckpoint, otherPrefixes: [String: [String]], readsNumbers: Bool) {
        (self.checkpoint, path, self.otherPrefixes, self.readsNumbers) = (checkpoint, checkpoint.path, otherPrefixes, readsNumbers)
    }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let stored = storedName(name), entry = try checkedEntry(stored, shape)
        if !readsNumbers { return Parameter(name: name, value: withoutNumbers(shape)) }
        let value = Tensor(empty: shape, .float32)
        try read(stored, entry.dtype, into: value)
        return Parameter(name: name, value: value)
    }

    func stack(_ prefix: String, _ name: String, count: Int, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        // Every part is looked at before memory is taken for all of them.
        for i in 0 ..< count { _ = try checkedEntry(storedName("\(prefix).\(i).\(name)"), shape) }
        let whole = [count] + shape, size = shape.reduce(1, *)
        if !readsNumbers { return Parameter(name: "\(prefix).\(name)", value: withoutNumbers(whole)) }
        let value = Tensor(empty: whole, .float32)
        for i in 0 ..< count {
            let stored = storedName("\(prefix).\(i).\(name)")
            try read(stored, checkedEntry(stored, shape).dtype, into: Tensor(shape, .float32, storage: value.storage, offset: i * size))
        }
        return Parameter(name: "\(prefix).\(name)", value: value)
    }

    /// Whether the checkpoint has a tensor that the model calls so.
    func has(_ name: String) -> Bool { checkpoint.tensors[storedName(name)] != nil }

    /// Numbers of a tensor that a source rearranges; none where numbers are not read.
    func floats(_ name: String, _ shape: [Int]) throws -> [Float] { readsNumbers ? try parameter(name, shape, .zeros).value.floats : try none(name, shape) }

    private func none(_ name: String, _ shape: [Int]) throws -> [Float] {
        _ = try checkedEntry(storedName(name), shape)
        return []
    }

    /// Bytes of a tensor of U8; none where numbers are not read.
    func bytes(_ name: String, _ shape: [Int]) throws -> [UInt8] {
        let stored = storedName(name), entry = try checkpoint.entry(stored)
        guard entry.shape == shape else { throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape) }
        guard entry.dtype == .uint8 else { throw ModelError.type(tensor: stored, path: path, found: entry.dtype.rawValue) }
        guard readsNumbers else { return [] }
        used.insert(stored)
        return try checkpoint.bytes(of: stored).withUnsafeBytes { Array($0) }
    }

    /// A parameter whose shape is known to be right.
    func withoutNumbers(_ name: String, _ shape: [Int]) throws -> Parameter { Parameter(name: name, value: withoutNumbers(shape)) }

    private func storedName(_ name: String) -> String {
        if checkpoint.tensors[name] != nil { return name }
        for (prefix, others) in otherPrefixes where name.hasPrefix(prefix) {
            for other in others {
                let stored = other + name.dropFirst(prefix.count)
                if checkpoint.tensors[stored] != nil { return stored }
            }
        }
        return name
    }

    private func checkedEntry(_ stored: String, _ shape: [Int]) throws -> TensorEntry {
        let entry = try checkpoint.entry(stored)
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        guard [.float32, .bfloat16, .float16].contains(entry.dtype) else {
            throw ModelError.type(tensor: stored, path: path, found: entry.dtype.rawValue)
        }
        return entry
    }

    private func withoutNumbers(_ shape: [Int]) -> Tensor { Tensor(shape, .float32, storage: Storage(byteCount: 0)) }

    private func read(_ stored: String, _ dtype: SafetensorsDType, into value: Tensor) throws {
        used.insert(stored)
        let region = try checkpoint.bytes(of: stored)
        region.withUnsafeBytes { decode($0, dtype, into: value) }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, _ dtype: SafetensorsDType, into value: Tensor) {
        let out = value.pointer.assumingMemoryBound(to: Float.self)
        switch dtype {
        case .float32: value.pointer.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        case .bfloat16:
            for i in 0 ..< value.count { out[i] = Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)) << 16) }
        case .float16:
            for i in 0 ..< value.count { out[i] = float(half: bytes.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)) }
        default: preconditionFailure("decode: \(dtype)")
        }
    }

    func markUsed(_ name: String) { used.insert(name) }

    /// Tensors of the file that the model did not ask for: each is named to the user.
    var unused: [String] { checkpoint.ordered.map(\.name).filter { !used.contains($0) } }
}

/// IEEE 754 half precision, exactly.
func float(half bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1, exponent = Int(bits >> 10 & 0x1f), fraction = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction * 0x1p-10) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
}
