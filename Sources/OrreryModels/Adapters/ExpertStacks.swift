import OrreryTensor

/// The matrices of all experts of a layer, as the model has them: gate and up [E, F, D], down [E, D, F].
///
/// E experts, D width, F feed-forward width, r rank.
struct ExpertStacks {
    /// Hugging Face's module, `model.layers.0.mlp.experts`.
    let module: String
    let gate: Parameter
    let up: Parameter
    let down: Parameter
    /// Whether rows of gate and up take turns in Hugging Face's `gate_up_proj`; else the gate's come first.
    let isInterleaved: Bool

    private static let roles = [
        "gate_proj.weight": 0, "w1.weight": 0, "up_proj.weight": 1, "w3.weight": 1, "down_proj.weight": 2,
        "w2.weight": 2,
    ]

    /// Those of a model, layer by layer.
    static func all(of model: any TokenModel) -> [ExpertStacks] {
        var modules: [String] = [], found: [String: [Int: Parameter]] = [:]
        for p in model.parameters where p.shape.count == 3 {
            guard let place = p.name.range(of: ".experts."), let role = roles[String(p.name[place.upperBound...])]
            else { continue }
            let module = p.name[..<place.lowerBound] + ".experts"
            if found[String(module)] == nil { modules.append(String(module)) }
            found[String(module), default: [:]][role] = p
        }
        return modules.compactMap { module in
            guard let gate = found[module]?[0], let up = found[module]?[1], let down = found[module]?[2] else {
                return nil
            }
            return ExpertStacks(module: module, gate: gate, up: up, down: down, isInterleaved: model is GPTOSS)
        }
    }

    var experts: Int { gate.shape[0] }
    var width: Int { gate.shape[2] }
    var hidden: Int { gate.shape[1] }

    /// One of Hugging Face's stacks, which PEFT changes as a whole.
    enum Target: String {
        case gateUp = "gate_up_proj"
        case down = "down_proj"
    }

    /// The stack that an update from `input` to `output` fits; nil where it fits none.
    func target(input: Int, output: Int) -> Target? {
        let (gateUp, doesOverflow) = hidden.multipliedReportingOverflow(by: 2)
        if !doesOverflow, (input, output) == (width, gateUp) { return .gateUp }
        return (input, output) == (hidden, width) ? .down : nil
    }

    /// The part of a stack that is one expert's matrix here: its parameter, and which rows of the stack it has.
    func parts(of target: Target, expert: Int) -> [(weight: Parameter, rows: [Int])] {
        switch target {
        case .down: return [(down.part(expert), Array(0 ..< width))]
        case .gateUp:
            let F = hidden
            return [gate, up].enumerated().map { index, stack in
                (stack.part(expert), (0 ..< F).map { isInterleaved ? 2 * $0 + index : index * F + $0 })
            }
        }
    }
}
