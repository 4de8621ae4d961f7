import Kernels
import OrreryNN
import OrreryTensor

/// gpt-oss's experts as its checkpoints have them: gate and up in one tensor, row by row in turn, and either floats [E, in, out] or MXFP4 blocks
/// of rows [E, out, in].
///
/// E experts, D width, F feed-forward width.
final class GPTOSSWeights: WeightSource {
    private let checkpoint: CheckpointWeights

    init(_ checkpoint: CheckpointWeights) { self.checkpoint = checkpoint }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter { try checkpoint.parameter(name, shape, initial) }

    func stack(_ prefix: String, _ name: String, count E: Int, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let isDown = name.hasPrefix("down"), stored = prefix + (isDown ? ".down_proj" : ".gate_up_proj"), outputs = shape[0] * (isDown ? 1 : 2)
        // Every second row is the gate's, those between are up's.
        let (first, step) = isDown ? (0, 1) : (name.hasPrefix("gate") ? 0 : 1, 2)
        let rows: [Float]  // [E, outputs, in], or [E, outputs] of biases
        if name.hasSuffix("bias") {
            rows = try checkpoint.floats(stored + "_bias", [E, outputs])
        } else if checkpoint.has(stored + "_blocks") {
            rows = try blocks(stored, [E, outputs, shape[1]])
        } else {
            rows = transposed(try checkpoint.floats(stored, [E, shape[1], outputs]), E, shape[1], outputs)
        }
        guard checkpoint.readsNumbers else { return try checkpoint.withoutNumbers("\(prefix).\(name)", [E] + shape) }
        let width = shape.dropFirst().reduce(1, *)
        var chosen: [Float] = []
        for row in 0 ..< E * shape[0] {
            let from = (row / shape[0] * outputs + row % shape[0] * step + first) * width
            chosen += rows[from ..< from + width]
        }
        return Parameter(name: "\(prefix).\(name)", value: Tensor(chosen, shape: [E] + shape))
    }

    /// [E, rows, columns] to [E, columns, rows]; nothing of nothing.
    private func transposed(_ x: [Float], _ E: Int, _ rows: Int, _ columns: Int) -> [Float] { Self.transposed(x, E, rows, columns) }

    private static func transposed(_ x: [Float], _ E: Int, _ rows: Int, _ columns: Int) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in x.indices {
            let (e, r, c) = (i / (rows * columns), i / columns % rows, i % columns)
            y[(e * columns + c) * rows + r] = x[i]
        }
        return y
    }

    /// MXFP4 (Open Compute Project, Microscaling Formats 1.0, 5.3): 32 numbers of four bits, the lower half of each byte first, and a power of two.
    private func blocks(_ stored: String, _ shape: [Int]) throws -> [Float] {
        let (E, rows, width) = (shape[0], shape[1], shape[2]), each = 32
        guard width % each == 0 else {
            throw ModelError.shape(tensor: stored + "_blocks", path: checkpoint.path, expected: [E, rows, (width + each - 1) / each, each / 2], found: shape)
        }
        let bytes = try checkpoint.bytes(stored + "_blocks", [E, rows, width / each, each / 2])
        let scales = try checkpoint.bytes(stored + "_scales", [E, rows, width / each])
        var numbers: [Float] = []
        numbers.reserveCapacity(bytes.count * 2)
        for (block, exponent) in scales.enumerated() {
            let scale = Float(sign: .plus, exponent: Int(exponent) - 127, significand: 1)
            for byte in bytes[block * 16 ..< (block + 1) * 16] {
                numbers.append(Self.fourBits[Int(byte & 15)] * scale)
                numbers.append(Self.fourBits[Int(byte >> 4)] * scale)
            }
        }
        return numbers
    }

    /// E2M1: sign, two bits of exponent, one of fraction.
    private static let fourBits: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6]

    /// The parameters as Hugging Face's class saves them, in floats.
    static func saved(_ parameters: [Parameter]) -> [Parameter] {
        let byName = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
        return parameters.compactMap { p in
            guard let place = p.name.range(of: ".experts.") else { return p }
            let prefix = String(p.name[..<place.upperBound]), E: Int = p.shape[0]
            switch p.name[place.upperBound...] {
            case "gate_proj.weight", "gate_proj.bias":
                let isBias = p.name.hasSuffix("bias")
                let F: Int = p.shape[1], D: Int = isBias ? 1 : p.shape[2]
                let upName: String = prefix + (isBias ? "up_proj.bias" : "up_proj.weight")
                let up: [Float] = byName[upName]!.value.floats, gate: [Float] = p.value.floats
                var rows: [Float] = []
                for row in 0 ..< E * F {
                    let range: Range<Int> = row * D ..< (row + 1) * D
                    rows += gate[range]
                    rows += up[range]
                }
                if isBias { return Parameter(name: prefix + "gate_up_proj_bias", value: Tensor(rows, shape: [E, 2 * F])) }
                return Parameter(name: prefix + "gate_up_proj", value: Tensor(transposed(rows, E, 2 * F, D), shape: [E, D, 2 * F]))
            case "down_proj.weight":
                let (D, F) = (p.shape[1], p.shape[2])
                return Parameter(name: prefix + "down_proj", value: Tensor(transposed(p.value.floats, E, D, F), shape: [E, F, D]))
            case "down_proj.bias": return Parameter(name: prefix + "down_proj_bias", value: p.value)
            default: return nil  // up goes with the gate
            }
        }
    }
}
