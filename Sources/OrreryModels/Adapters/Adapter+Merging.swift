import OrreryNN
import OrreryTensor

extension Adapter {
    /// Adds what the adapter adds to the model's own weights, which become float32 where they change: the model is then
    /// what it was with the adapter.
    ///
    /// - Throws: `ModelError` where the model has no place for a change: a table that is the output layer too, or a bias
    ///   that it lacks.
    package func merge(into model: any TokenModel, path: String) throws {
        guard let modules = AdaptedModules(model) else {
            throw ModelError.unusable(path, "an adapter can be added to models that continue texts alone")
        }
        if modules.isTied, update(of: modules.table) != nil || update(ofTable: modules.table) != nil {
            throw ModelError.unusable(
                path,
                "\(modules.table.name) is the output layer too, and the adapter changes one of the two; keep it apart with --lora"
            )
        }
        let biases = Dictionary(model.parameters.map { ($0.name, $0) }) { first, _ in first }
        for parameter in model.parameters {
            if parameter.shape.count == 3 {
                try mergeExperts(of: parameter, path)
            } else if let update = update(of: parameter) {
                let values = update.merged(parameter, isTransposed: modules.isTransposed(parameter))
                parameter.assign(Tensor(values, shape: parameter.shape))
                if let bias = update.lowRank?.bias { try add(bias, of: parameter, biases, path) }
            } else if let update = update(ofTable: parameter) {
                parameter.assign(Tensor(update.mergedTable(parameter), shape: parameter.shape))
            }
        }
    }

    private func mergeExperts(of stack: Parameter, _ path: String) throws {
        let parts = (0 ..< stack.shape[0]).map { stack.part($0) }, updates = parts.map { update(of: $0) }
        guard updates.contains(where: { $0 != nil }) else { return }
        if updates.contains(where: { $0?.lowRank?.bias != nil }) {
            throw ModelError.unusable(
                path, "\(stack.name): biases of single experts are not merged; keep it apart with --lora")
        }
        let values = zip(parts, updates).flatMap { part, update in
            update?.merged(part, isTransposed: false) ?? part.value.floats
        }
        stack.assign(Tensor(values, shape: stack.shape))
    }

    private func add(
        _ bias: [Float], of weight: Parameter, _ all: [String: Parameter], _ path: String
    ) throws {
        guard let own = all[weight.name.dropLast("weight".count) + "bias"] else {
            throw ModelError.unusable(
                path,
                "\(weight.name) has no bias that the adapter's (lora_bias) could be added to; keep it apart with --lora"
            )
        }
        own.assign(Tensor(zip(own.value.floats, bias).map { $0 + $1 }, shape: own.shape))
    }
}

extension ModuleUpdate {
    /// The matrix with the update in it, in the order in which it is stored.
    fileprivate func merged(_ weight: Parameter, isTransposed: Bool) -> [Float] {
        let base = (replacement ?? weight).value.floats
        guard let lowRank else { return base }
        let sum = lowRank.up.value.matmul(lowRank.down.value), values = sum.floats
        let (rows, columns) = (sum.rows, sum.width)
        return base.indices.map { i in
            base[i] + (isTransposed ? values[i % rows * columns + i / rows] : values[i])
        }
    }

    /// The same of a table of embeddings, whose update has a row of ranks per token.
    fileprivate func mergedTable(_ table: Parameter) -> [Float] {
        let base = (replacement ?? table).value.floats
        guard let lowRank else { return base }
        let sum = lowRank.down.value.matmul(lowRank.up.value, transposeB: true).floats
        return zip(base, sum).map { $0 + $1 }
    }
}
