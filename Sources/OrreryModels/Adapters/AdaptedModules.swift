import OrreryNN
import OrreryTensor

/// The matrices of a model that an adapter may change, by the names that Hugging Face's class gives its modules.
struct AdaptedModules {
    /// A matrix of the model.
    struct Module {
        let name: String
        let weight: Parameter
        let input: Int
        let output: Int
        /// Whether it is the table of embeddings: read by row, and if it is the output layer too, not under this name.
        var isTable = false
        /// Whether it is the output layer.
        var isHead = false
    }

    let table: Parameter
    /// Whether the table of embeddings is the output layer too.
    let isTied: Bool
    private let model: any TokenModel
    /// The table of learned positions, which is read by row; nil where there is none.
    private let positions: Parameter?
    private let otherPrefixes: [String: [String]]
    private let headName: String?

    /// nil for a model whose layers know of no adapters.
    init?(_ model: any TokenModel) {
        guard let decoder = model as? any Decoder, let type = type(of: model) as? any Architecture.Type else {
            return nil
        }
        self.model = model
        table = model.tokenEmbedding
        positions = if case .learned(let learned) = decoder.stack.positions { learned.weight } else { nil }
        otherPrefixes = type.otherPrefixes
        headName = type.tied?.head
        let head = headName
        isTied = !model.parameters.contains { $0.name == head }
    }

    /// The matrices of modules with these names, each with the name among them that is its own.
    func found(_ names: [String]) -> [(stored: String, module: Module)] {
        let weights = weights(names)
        let hasExperts = names.contains { $0.contains(Self.experts) }
        var found: [(stored: String, module: Module)] = []
        func look(_ name: String, _ module: () -> Module) {
            if let stored = stored(name, in: weights) {
                found.append((String(stored.dropLast(Self.suffix.count)), module()))
            }
        }
        for p in model.parameters where p.name.hasSuffix(Self.suffix) && p !== positions {
            if p.shape.count == 2 {
                look(p.name) { module(p) }
            } else if p.shape.count == 3, hasExperts, let place = p.name.range(of: Self.experts) {
                for expert in 0 ..< p.shape[0] {
                    let name = "\(p.name[..<place.upperBound])\(expert).\(p.name[place.upperBound...])"
                    look(name) { module(p.part(expert)) }
                }
            }
        }
        if isTied, let headName {
            look(headName) {
                Module(name: headName, weight: table, input: table.shape[1], output: table.shape[0], isHead: true)
            }
        }
        return found
    }

    /// The matrices of experts, which an adapter may change all at once.
    var expertStacks: [ExpertStacks] { ExpertStacks.all(of: model) }

    /// The one of these names that is a module's.
    func stored(_ module: String, in names: some Sequence<String>) -> String? {
        stored(module + Self.suffix, in: weights(names)).map { String($0.dropLast(Self.suffix.count)) }
    }

    private func weights(_ names: some Sequence<String>) -> CheckpointNames {
        CheckpointNames(names.map { $0 + Self.suffix }, otherPrefixes: otherPrefixes)
    }

    /// Since version 5 of transformers Mixtral's module has the name that others give it; its checkpoints don't.
    private func stored(_ weight: String, in weights: CheckpointNames) -> String? {
        weights.stored(weight) ?? weights.stored(weight.replacing(".block_sparse_moe.", with: ".mlp."))
    }

    /// Whether a matrix is stored [in, out]: GPT-2's, but for tables.
    func isTransposed(_ p: Parameter) -> Bool {
        model.layout == .inputByOutput && p !== table && p.name != headName
    }

    private static let suffix = ".weight"
    private static let experts = ".experts."

    private func module(_ p: Parameter) -> Module {
        let isTable = p === table, isHead = p.name == headName, isTransposed = isTransposed(p)
        return Module(
            name: p.name, weight: p, input: p.shape[isTransposed ? 0 : 1], output: p.shape[isTransposed ? 1 : 0],
            isTable: isTable, isHead: isHead)
    }
}
