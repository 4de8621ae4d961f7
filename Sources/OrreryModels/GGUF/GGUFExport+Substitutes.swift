import Kernels

extension GGUFExport {
    /// Whether a tensor is the output layer, or a table that serves as one.
    func isOutput(_ name: String, isTied: Bool) -> Bool {
        name == "output.weight" || isTied && name == "token_embd.weight"
    }

    /// What is written in place of formats whose blocks do not fill the rows of a matrix; nil where all do.
    func substitutes(_ conversions: [TensorConversion]) -> String? {
        struct Exchange: Hashable { let wanted: BlockFormat, written: BlockFormat }
        let isTied = !conversions.contains { $0.name == "output.weight" }
        var counts: [Exchange: Int] = [:], widths: Set<Int> = [], block = 0
        for tensor in conversions {
            let wanted = mix.wanted(
                of: tensor.name, shape: tensor.shape, layers: model.shape.layers,
                isOutput: isOutput(tensor.name, isTied: isTied))
            guard wanted != tensor.format, let width = tensor.shape.last, width % wanted.elementsPerBlock != 0 else {
                continue
            }
            counts[Exchange(wanted: wanted, written: tensor.format), default: 0] += 1
            widths.insert(width)
            block = max(block, wanted.elementsPerBlock)
        }
        guard !counts.isEmpty else { return nil }
        let exchanges = counts.sorted { ($1.value, $0.key.wanted.rawValue) < ($0.value, $1.key.wanted.rawValue) }.map {
            "\($0.value) \($0.value == 1 ? "matrix is" : "matrices are") written as \($0.key.written.rawValue), not \($0.key.wanted.rawValue)"
        }
        let rows = widths.sorted().map(String.init).joined(separator: " or ")
        return
            "--type \(mix.rawValue): rows of \(rows) numbers do not fill blocks of \(block): \(exchanges.joined(separator: ", "))"
    }
}
