import OrreryNN
import OrreryTensor

/// Updates of all experts of a layer at once, as PEFT makes them where transformers holds the experts in one tensor
/// (`target_parameters`): A [E r, in] has the experts one after another, B [out, r E] has them in turn.
///
/// E experts, r rank.
extension AdapterReader {
    /// - Parameter used: receives the modules whose tensors were read.
    func expertProducts(_ used: inout [String]) throws -> [(weight: Parameter, update: ModuleUpdate)] {
        var products: [(weight: Parameter, update: ModuleUpdate)] = []
        for stacks in modules.expertStacks {
            // Where several of a module's tensors are changed, PEFT wraps one in the other.
            for wrapper in ["", ".base_layer"] {
                guard let stored = modules.stored(stacks.module + wrapper, in: tensors.modules.keys) else { continue }
                used.append(stored)
                products += try updates(of: stacks, stored)
            }
        }
        return products
    }

    private func updates(
        of stacks: ExpertStacks, _ stored: String
    ) throws -> [(weight: Parameter, update: ModuleUpdate)] {
        let names = tensors.modules[stored]!, E = stacks.experts
        guard let a = names[.down], let b = names[.up], names.count == 2 else {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(names.values.sorted()[0]): of all experts at once lora_A and lora_B alone are known")
        }
        let (downShape, upShape) = (try tensors.shape(of: a), try tensors.shape(of: b))
        guard downShape.count == 2, upShape.count == 2,
            let target = stacks.target(input: downShape[1], output: upShape[0])
        else {
            throw ModelError.unusable(
                tensors.path,
                "tensors \(a) and \(b) have shapes \(downShape) and \(upShape); expected an update of \(E) experts of \(stacks.width) by \(stacks.hidden)"
            )
        }
        let module = "\(stored.replacing(".base_layer", with: "")).\(target.rawValue)", r = config.rank(of: module)
        guard case let (all, doesOverflow) = E.multipliedReportingOverflow(by: r), !doesOverflow, all == downShape[0]
        else {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(a) has shape \(downShape), \(AdapterConfiguration.fileName) asks for rank \(r) (r, rank_pattern) of each of \(E) experts"
            )
        }
        let input = downShape[1], scale = config.scale(of: module)
        let A = try tensors.floats(a, downShape), B = try tensors.floats(b, [upShape[0], all])
        return (0 ..< E).flatMap { e in
            let down = Parameter(
                name: a, value: Tensor(Array(A[e * r * input ..< (e + 1) * r * input]), shape: [r, input]))
            return stacks.parts(of: target, expert: e).map { weight, rows in
                let values = rows.flatMap { row in (0 ..< r).map { B[row * all + $0 * E + e] * scale } }
                let up = Parameter(name: b, value: Tensor(values, shape: [rows.count, r]))
                return (weight, ModuleUpdate(lowRank: .init(down: down, up: up)))
            }
        }
    }
}
