import ArgumentParser
import Kernels
import OrreryModels
import OrreryTraining

/// The model that is made.
struct ModelOptions: ParsableArguments {
    @Option(
        help:
            "qwen3, gpt2, or orrery, whose parts the flags below choose. (default: \(defaults.model.architecture.rawValue))"
    ) var architecture: String?
    @Option(help: "Layers. (default: \(defaults.model.layers))") var layers: Int?
    @Option(help: "Width of the residual stream. (default: \(defaults.model.width))") var width: Int?
    @Option(
        help:
            "Attention heads. (default: \(defaults.model.heads); at another width, heads of size \(defaults.model.headSize))"
    ) var heads: Int?
    @Option(help: "Heads of keys and values (qwen3). (default: as many as heads)") var keyValueHeads: Int?
    @Option(help: "Size of a head (qwen3). (default: \(defaults.model.headSize))") var headSize: Int?
    @Option(help: "Width of the feed-forward network. (default: 8/3 of the width for qwen3, 4 times for gpt2)")
    var intermediate: Int?
    @Option(name: [.customShort("c"), .long], help: "Context length, in tokens. (default: \(defaults.context))")
    var context: Int?
    @Option(help: "Base of the rotary angles (qwen3). (default: \(Int(defaults.model.ropeTheta)))") var ropeTheta:
        Float?
    @Flag(
        inversion: .prefixedNo,
        help:
            "One table for tokens and for scores (qwen3; gpt2 always has one). (default: \(onOff("tied-embeddings", defaults.model.tiedEmbeddings)))"
    )
    var tiedEmbeddings: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Biases in matrices and norms (gpt2). (default: \(onOff("bias", defaults.model.bias)))") var bias: Bool?
    @Flag(
        inversion: .prefixedNo,
        help:
            "Start projections into the residual stream at zero. (default: \(onOff("zero-projections", defaults.model.zeroProjections)))"
    )
    var zeroProjections: Bool?

    @Option(
        help:
            "How the model knows the order of tokens (orrery): \(names(DecoderOptions.Positions.self)). (default: \(parts.positions.rawValue))"
    )
    var positions: String?
    @Option(help: "\(names(DecoderOptions.NormKind.self)) (orrery). (default: \(parts.norm.rawValue))") var norm:
        String?
    @Option(
        help:
            "The activation of the feed-forward network, by Hugging Face's name: silu, gelu, relu, relu2 ... (orrery). (default: \(parts.activation.rawValue))"
    )
    var activation: String?
    @Flag(
        inversion: .prefixedNo,
        help: "Multiply the activation by another product (orrery). (default: \(onOff("gated-mlp", parts.gated)))")
    var gatedMLP: Bool?
    @Option(
        help:
            "Where norms stand (orrery): \(names(DecoderOptions.Residual.self)). (default: \(parts.residual.rawValue))"
    ) var residual: String?
    @Option(
        help:
            "How far attention looks back (orrery): dense, everything before, or window, the last --window positions. (default: dense)"
    )
    var attention: String?
    @Option(help: "Positions that a query sees with --attention window, its own included. (default: none)") var window:
        Int?

    private var choosesParts: Bool {
        positions != nil || norm != nil || activation != nil || gatedMLP != nil || residual != nil || attention != nil
            || window != nil
    }

    func apply(to plan: inout TrainingPlan) throws {
        set(&plan.context, context)
        if plan.model.base != nil { return }
        var architecture = plan.model.architecture
        if choosesParts, self.architecture == nil { architecture = .orrery }
        try set(&architecture, self.architecture, "--architecture")
        if architecture != plan.model.architecture || width != nil || heads != nil {
            let old = plan.model
            let newWidth = width ?? old.width
            // At another width heads keep their size where it divides.
            let newHeads = heads ?? (newWidth % old.headSize == 0 ? newWidth / old.headSize : old.heads)
            plan.model = ModelPlan(architecture: architecture, layers: old.layers, width: newWidth, heads: newHeads)
            (plan.model.zeroProjections, plan.model.hiddenDeviation) = (old.zeroProjections, old.hiddenDeviation)
        }
        set(&plan.model.layers, layers)
        set(&plan.model.keyValueHeads, keyValueHeads)
        set(&plan.model.headSize, headSize)
        set(&plan.model.intermediate, intermediate)
        set(&plan.model.ropeTheta, ropeTheta)
        set(&plan.model.tiedEmbeddings, tiedEmbeddings)
        set(&plan.model.bias, bias)
        if choosesParts { try applyParts(to: &plan.model) }
        set(&plan.model.zeroProjections, zeroProjections)
    }

    private func applyParts(to model: inout ModelPlan) throws {
        guard var parts = model.parts else {
            throw ValidationError(
                "--architecture \(model.architecture.rawValue): has parts of its own; --positions, --norm, --activation, --gated-mlp, --residual, --attention and --window are for orrery"
            )
        }
        try set(&parts.positions, positions, "--positions")
        try set(&parts.norm, norm, "--norm")
        try set(&parts.residual, residual, "--residual")
        set(&parts.gated, gatedMLP)
        if let activation {
            guard let known = Activation(name: activation) else {
                throw ValidationError(
                    "--activation: expected one of \(Activation.names.joined(separator: ", ")), found \(activation)")
            }
            parts.activation = known
        }
        switch attention {
        case nil, "window"?:
            guard window != nil || attention == nil else {
                throw ValidationError("--attention window: expected --window with it, the positions that a query sees")
            }
            set(&parts.window, window)
        case "dense"?:
            guard window == nil else {
                throw ValidationError("--window: dense attention has none; expected --attention window")
            }
            parts.window = nil
        case let other?: throw ValidationError("--attention: expected dense or window, found \(other)")
        }
        model.parts = parts
    }

    /// The flags that were given and that a model that is trained further decides itself.
    var fixedByBase: [String] {
        let given: [(String, Bool)] = [
            ("--architecture", architecture != nil), ("--layers", layers != nil), ("--width", width != nil),
            ("--heads", heads != nil),
            ("--key-value-heads", keyValueHeads != nil), ("--head-size", headSize != nil),
            ("--intermediate", intermediate != nil),
            ("--rope-theta", ropeTheta != nil), ("--tied-embeddings", tiedEmbeddings != nil), ("--bias", bias != nil),
            ("--zero-projections", zeroProjections != nil), ("--positions", positions != nil), ("--norm", norm != nil),
            ("--activation", activation != nil),
            ("--gated-mlp", gatedMLP != nil), ("--residual", residual != nil), ("--attention", attention != nil),
            ("--window", window != nil),
        ]
        return given.filter(\.1).map(\.0)
    }
}

private let parts = DecoderParts()

private func names<T: CaseIterable & RawRepresentable>(_ type: T.Type) -> String where T.RawValue == String {
    let all = T.allCases.map(\.rawValue)
    return all.dropLast().joined(separator: ", ") + " or " + (all.last ?? "")
}

private func onOff(_ flag: String, _ value: Bool) -> String { value ? "--\(flag)" : "--no-\(flag)" }
