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
    private let dropsPrefix: String?

    init(_ checkpoint: SafetensorsCheckpoint, path: String, dropsPrefix: String? = nil) {
        (self.checkpoint, self.path, self.dropsPrefix) = (checkpoint, path, dropsPrefix)
    }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        var stored = name
        if checkpoint.tensors[name] == nil, let prefix = dropsPrefix, name.hasPrefix(prefix) { stored = String(name.dropFirst(prefix.count)) }
        let entry = try checkpoint.entry(stored)
        guard entry.shape == shape else {
            throw ModelError.shape(tensor: stored, path: path, expected: shape, found: entry.shape)
        }
        used.insert(stored)
        let region = try checkpoint.bytes(of: stored)
        let value = Tensor(empty: shape, .float32)
        try region.withUnsafeBytes { bytes in
            try decode(bytes, entry.dtype, name: stored, into: value)
        }
        return Parameter(name: name, value: value)
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, _ dtype: SafetensorsDType, name: String, into value: Tensor) throws {
        let out = value.pointer.assumingMemoryBound(to: Float.self)
        switch dtype {
        case .float32: value.pointer.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        case .bfloat16:
            for i in 0 ..< value.count { out[i] = Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)) << 16) }
        case .float16:
            for i in 0 ..< value.count { out[i] = float(half: bytes.loadUnaligned(fromByteOffset: i * 2, as: UInt16.self)) }
        default:
            throw ModelError.type(tensor: name, path: path, found: dtype.rawValue)
        }
    }

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
