import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// gpt-oss's experts as its checkpoints have them: gate and up in one tensor, row by row in turn, and either floats [E,
/// in, out] or MXFP4 blocks of rows [E, out, in]. Floats are laid out anew in memory, in the type that they have;
/// blocks stay in the file and are put together when products pack them.
///
/// E experts, D width, F feed-forward width.
final class GPTOSSWeights: WeightSource {
    private let checkpoint: CheckpointWeights

    init(_ checkpoint: CheckpointWeights) { self.checkpoint = checkpoint }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        try checkpoint.parameter(name, shape, initial)
    }

    func stack(
        _ prefix: String, _ name: String, count E: Int, _ shape: [Int], _ initial: InitialValue
    ) throws -> Parameter {
        let isDown = name.hasPrefix("down"), stored = prefix + (isDown ? ".down_proj" : ".gate_up_proj"),
            all = shape[0] * (isDown ? 1 : 2)
        // Every second row is the gate's, those between are up's.
        let chosen = Rows(
            experts: E, count: shape[0], of: all, first: isDown || name.hasPrefix("gate") ? 0 : 1, step: isDown ? 1 : 2)
        let full = "\(prefix).\(name)", whole = [E] + shape
        if name.hasSuffix("bias") {
            let floats = try checkpoint.floats(stored + "_bias", [E, all])
            guard checkpoint.readsNumbers else { return checkpoint.withoutNumbers(full, whole) }
            return Parameter(name: full, value: Tensor(chosen.indices.map { floats[$0] }, shape: whole))
        }
        let isBlocks = checkpoint.has(stored + "_blocks")
        guard
            let matrix = try isBlocks
                ? microscaled(stored, chosen, columns: shape[1]) : transposed(stored, chosen, columns: shape[1])
        else {
            return checkpoint.withoutNumbers(full, whole)
        }
        return Parameter(name: full, shape: whole, blocks: matrix)
    }

    /// Which rows of each expert are a matrix's.
    private struct Rows: Sendable {
        let experts: Int
        let count: Int
        let of: Int
        let first: Int
        let step: Int

        var total: Int { experts * count }
        /// Where row i of the matrices, one after another, is among all rows.
        func index(_ i: Int) -> Int { i / count * of + i % count * step + first }
        var indices: some Sequence<Int> { (0 ..< total).lazy.map(index) }
    }

    /// Rows of [E, in, out] as rows, in the type in which they are stored.
    private func transposed(_ stored: String, _ rows: Rows, columns: Int) throws -> QuantizedMatrix? {
        guard let source = try checkpoint.matrix(stored, [rows.experts, columns, rows.of]) else { return nil }
        return try source.transposed(pages: rows.experts, rows: rows.count, first: rows.first, step: rows.step)
    }

    private func microscaled(_ stored: String, _ rows: Rows, columns: Int) throws -> QuantizedMatrix {
        let each = BlockFormat.mxfp4.elementsPerBlock, shape = [rows.experts, rows.of, columns / each]
        guard columns % each == 0 else {
            throw ModelError.unusable(
                checkpoint.path,
                "tensor \(stored)_blocks: rows of \(columns) are wanted, which are not blocks of \(each)")
        }
        let assembly = try Microscaled(
            codes: checkpoint.bytes(stored + "_blocks", shape + [each / 2]),
            scales: checkpoint.bytes(stored + "_scales", shape), rows: rows, blocks: columns / each)
        return try QuantizedMatrix(format: .mxfp4, rows: rows.total, columns: columns, assembly: assembly)
    }

    /// MXFP4 (Open Compute Project, Microscaling Formats 1.0, 5.3): 32 numbers of four bits and a power of two. The
    /// checkpoint has neighbours in a byte and scales in a tensor of their own; ggml's blocks start with the scale and
    /// have numbers i and i + 16 in byte i.
    private final class Microscaled: RowAssembly {
        private let codes: MappedRegion
        private let scales: MappedRegion
        private let rows: Rows
        private let blocks: Int  // of a row
        private let half = BlockFormat.mxfp4.elementsPerBlock / 2

        init(codes: MappedRegion, scales: MappedRegion, rows: Rows, blocks: Int) {
            (self.codes, self.scales, self.rows, self.blocks) = (codes, scales, rows, blocks)
        }

        func assemble(row: Int, into out: UnsafeMutableRawPointer) {
            let from = rows.index(row) * blocks
            codes.withUnsafeBytes { codes in
                scales.withUnsafeBytes { scales in
                    var out = out.assumingMemoryBound(to: UInt8.self)
                    for block in from ..< from + blocks {
                        let pairs = UnsafeRawBufferPointer(rebasing: codes[block * half ..< (block + 1) * half])
                        out[0] = scales[block]
                        for i in 0 ..< half / 2 {
                            let (low, high) = (pairs[i], pairs[i + half / 2])
                            out[1 + 2 * i] = low & 15 | high << 4
                            out[2 + 2 * i] = low >> 4 | high & 0xf0
                        }
                        out += BlockFormat.mxfp4.bytesPerBlock
                    }
                }
            }
        }

        func pages(of range: Range<Int>) -> [UnsafeRawBufferPointer] {
            let first = rows.index(range.lowerBound) * blocks, end = (rows.index(range.upperBound - 1) + 1) * blocks
            return [
                codes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[first * half ..< end * half]) },
                scales.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[first ..< end]) },
            ]
        }
    }

    private static func transposed(_ x: [Float], _ E: Int, _ rows: Int, _ columns: Int) -> [Float] {
        var y = [Float](repeating: 0, count: x.count)
        for i in x.indices {
            let (e, r, c) = (i / (rows * columns), i / columns % rows, i % columns)
            y[(e * columns + c) * rows + r] = x[i]
        }
        return y
    }

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
                if isBias {
                    return Parameter(name: prefix + "gate_up_proj_bias", value: Tensor(rows, shape: [E, 2 * F]))
                }
                return Parameter(
                    name: prefix + "gate_up_proj", value: Tensor(transposed(rows, E, 2 * F, D), shape: [E, D, 2 * F]))
            case "down_proj.weight":
                let (D, F) = (p.shape[1], p.shape[2])
                return Parameter(
                    name: prefix + "down_proj", value: Tensor(transposed(p.value.floats, E, D, F), shape: [E, F, D]))
            case "down_proj.bias": return Parameter(name: prefix + "down_proj_bias", value: p.value)
            default: return nil  // up goes with the gate
            }
        }
    }
}
