import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// Weights from a safetensors checkpoint. Floats of any width become float32.
final class CheckpointWeights: WeightSource {
    private let checkpoint: SafetensorsCheckpoint
    private let path: String
    private var used: Set<String> = []
    /// Names tried when the model's own is absent: Hugging Face's base classes save without their head's prefix.
    private let dropsPrefix: String
    /// Without, names, shapes and types are checked and the parameters have no numbers: a model of them is thrown away.
    private let readsNumbers: Bool

    init(_ checkpoint: SafetensorsCheckpoint, dropsPrefix: String, readsNumbers: Bool) {
        (self.checkpoint, path, self.dropsPrefix, self.readsNumbers) = (checkpoint, checkpoint.path, dropsPrefix, readsNumbers)
    }

    /// The model that `make` builds from the checkpoint. All that it asks for is known to be in the file before the first weight is read.
    static func load<Model>(
        _ checkpoint: SafetensorsCheckpoint, dropsPrefix: String, _ make: (any WeightSource) throws -> Model
    ) throws -> (Model, CheckpointWeights) {
        _ = try make(CheckpointWeights(checkpoint, dropsPrefix: dropsPrefix, readsNumbers: false))
        let source = CheckpointWeights(checkpoint, dropsPrefix: dropsPrefix, readsNumbers: true)
        return (try make(source), source)
    }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        var stored = name
        if checkpoint.tensors[name] == nil, name.hasPrefix(dropsPrefix) {
            let short = String(name.dropFirst(dropsPrefix.count))
            if checkpoint.tensors[short] != nil { stored = short }
        }
        let entry = try checkpoint.entry(stored)
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        guard [.float32, .bfloat16, .float16].contains(entry.dtype) else {
            throw ModelError.type(tensor: stored, path: path, found: entry.dtype.rawValue)
        }
        if !readsNumbers { return Parameter(name: name, value: Tensor(shape, .float32, storage: Storage(byteCount: 0))) }
        used.insert(stored)
        let region = try checkpoint.bytes(of: stored)
        let value = Tensor(empty: shape, .float32)
        region.withUnsafeBytes { bytes in
            decode(bytes, entry.dtype, into: value)
        }
        return Parameter(name: name, value: value)
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
