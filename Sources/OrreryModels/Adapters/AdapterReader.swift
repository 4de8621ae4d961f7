import OrreryNN
import OrreryTensor

/// Makes an adapter of its tensors: each is checked against the module that it changes.
///
/// r rank, V vocabulary, D width.
struct AdapterReader {
    private typealias Module = AdaptedModules.Module
    private typealias Names = [AdapterTensors.Part: String]

    let config: AdapterConfiguration
    let tensors: AdapterTensors
    let modules: AdaptedModules

    init(_ config: AdapterConfiguration, _ tensors: AdapterTensors, _ modules: AdaptedModules) {
        (self.config, self.tensors, self.modules) = (config, tensors, modules)
    }

    /// - Throws: `ModelError` naming a tensor that fits nothing of the model, or is not as large as its module.
    func read(_ name: String, _ model: any TokenModel) throws -> Adapter {
        let found = modules.found(tensors.modules.keys.sorted())
        var used = found.map(\.stored), products = try expertProducts(&used)
        try requireAll(used)
        var embeddings: [(table: Parameter, update: ModuleUpdate)] = []
        for (stored, module) in found {
            let names = tensors.modules[stored]!
            if module.isTable {
                let update = try embeddingUpdate(names, module, stored)
                embeddings.append((module.weight, update))
                // Where PEFT has saved the model's own table it is the output layer's too.
                if let whole = update.replacement, modules.isTied, !isSaved(stored) {
                    products.insert((module.weight, ModuleUpdate(replacement: whole)), at: 0)
                }
            } else {
                products.append((module.weight, try productUpdate(names, module, stored)))
            }
        }
        return Adapter(name: name, model: model, products: products, embeddings: embeddings)
    }

    private func requireAll(_ found: [String]) throws {
        let found = Set(found)
        guard let unknown = tensors.modules.keys.sorted().first(where: { !found.contains($0) }) else { return }
        let tensor = tensors.modules[unknown]!.values.sorted()[0]
        throw ModelError.unusable(
            tensors.path,
            "tensor \(tensor) changes \(unknown), which is no matrix of this model; expected an adapter that was made for it"
        )
    }

    private func isSaved(_ module: String) -> Bool {
        config.modulesToSave.contains { module == $0 || module.hasSuffix("." + $0) }
    }

    private func productUpdate(_ names: Names, _ module: Module, _ stored: String) throws -> ModuleUpdate {
        if let name = names[.embeddingDown] ?? names[.embeddingUp] {
            throw ModelError.unusable(tensors.path, "tensor \(name): \(stored) is no table of the model's embeddings")
        }
        let replacement = try replacement(names, module)
        guard let (down, up) = try pair(names, .down, .up, stored) else {
            return ModuleUpdate(replacement: replacement)
        }
        let r = try rank(down, stored)
        let A = try tensors.floats(down, [r, module.input])
        let bias = try names[.upBias].map { try tensors.floats($0, [module.output]) }
        return ModuleUpdate(
            replacement: replacement,
            lowRank: .init(
                down: Parameter(name: down, value: Tensor(A, shape: [r, module.input])),
                up: try scaledUp(up, [module.output, r], stored), bias: bias.map { scaled($0, stored) }))
    }

    private func embeddingUpdate(_ names: Names, _ module: Module, _ stored: String) throws -> ModuleUpdate {
        if let name = names[.down] ?? names[.up] {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(name): \(stored) is a table of embeddings; expected lora_embedding_A and lora_embedding_B")
        }
        let replacement = try replacement(names, module)
        guard let (down, up) = try pair(names, .embeddingDown, .embeddingUp, stored) else {
            return ModuleUpdate(replacement: replacement)
        }
        let (V, D) = (module.output, module.input), r = try rank(down, stored)
        let A = try tensors.floats(down, [r, V])
        var byToken = [Float](repeating: 0, count: A.count)
        for k in 0 ..< r { for token in 0 ..< V { byToken[token * r + k] = A[k * V + token] } }
        return ModuleUpdate(
            replacement: replacement,
            lowRank: .init(
                down: Parameter(name: down, value: Tensor(byToken, shape: [V, r])),
                up: try scaledUp(up, [D, r], stored)))
    }

    /// The names of both tensors of a low-rank update; nil where the module has none.
    private func pair(
        _ names: Names, _ down: AdapterTensors.Part, _ up: AdapterTensors.Part, _ stored: String
    ) throws -> (down: String, up: String)? {
        switch (names[down], names[up]) {
        case (nil, nil): return nil
        case (let a?, let b?): return (a, b)
        case (let a, let b):
            throw ModelError.unusable(
                tensors.path, "tensor \((a ?? b)!) has no partner: \(stored) needs both lora_A and lora_B")
        }
    }

    /// The rank of a module's update, as its tensor and the configuration have it.
    private func rank(_ down: String, _ stored: String) throws -> Int {
        let shape = try tensors.shape(of: down), r = config.rank(of: stored)
        guard shape.count == 2, shape[0] == r else {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(down) has shape \(shape), \(AdapterConfiguration.fileName) asks for rank \(r) (r, rank_pattern)"
            )
        }
        return r
    }

    private func scaledUp(_ name: String, _ shape: [Int], _ stored: String) throws -> Parameter {
        Parameter(name: name, value: Tensor(scaled(try tensors.floats(name, shape), stored), shape: shape))
    }

    private func scaled(_ values: [Float], _ stored: String) -> [Float] {
        let scale = config.scale(of: stored)
        return values.map { $0 * scale }
    }

    /// The whole matrix that the adapter brings, unless it is the model's own.
    private func replacement(_ names: Names, _ module: Module) throws -> Parameter? {
        guard let name = names[.whole] else { return nil }
        guard module.isTable || module.isHead else {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(name) is all of a module (modules_to_save), known here of embeddings and the output layer alone; \(AdapterConfiguration.merging)"
            )
        }
        let shape = module.weight.shape, found = try tensors.shape(of: name)
        guard found == shape else {
            throw ModelError.unusable(
                tensors.path,
                "tensor \(name) has shape \(found), the model has \(shape): its vocabulary was changed; \(AdapterConfiguration.merging)"
            )
        }
        let values = try tensors.floats(name, shape)
        return values == module.weight.value.floats
            ? nil : Parameter(name: name, value: Tensor(values, shape: shape))
    }
}
