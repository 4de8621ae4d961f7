import ArgumentParser
import OrreryTraining

/// The model that is made.
struct ModelOptions: ParsableArguments {
    @Option(help: "qwen3 or gpt2. (default: \(defaults.model.architecture.rawValue))") var architecture: String?
    @Option(help: "Layers. (default: \(defaults.model.layers))") var layers: Int?
    @Option(help: "Width of the residual stream. (default: \(defaults.model.width))") var width: Int?
    @Option(help: "Attention heads. (default: \(defaults.model.heads); at another width, heads of size \(defaults.model.headSize))") var heads: Int?
    @Option(help: "Heads of keys and values (qwen3). (default: as many as heads)") var keyValueHeads: Int?
    @Option(help: "Size of a head (qwen3). (default: \(defaults.model.headSize))") var headSize: Int?
    @Option(help: "Width of the feed-forward network. (default: 8/3 of the width for qwen3, 4 times for gpt2)") var intermediate: Int?
    @Option(name: [.customShort("c"), .long], help: "Context length, in tokens. (default: \(defaults.context))") var context: Int?
    @Option(help: "Base of the rotary angles (qwen3). (default: \(Int(defaults.model.ropeTheta)))") var ropeTheta: Float?
    @Flag(inversion: .prefixedNo, help: "One table for tokens and for scores (qwen3; gpt2 always has one). (default: \(onOff("tied-embeddings", defaults.model.tiedEmbeddings)))")
    var tiedEmbeddings: Bool?
    @Flag(inversion: .prefixedNo, help: "Biases in matrices and norms (gpt2). (default: \(onOff("bias", defaults.model.bias)))") var bias: Bool?
    @Flag(inversion: .prefixedNo, help: "Start projections into the residual stream at zero. (default: \(onOff("zero-projections", defaults.model.zeroProjections)))")
    var zeroProjections: Bool?

    func apply(to plan: inout TrainingPlan) throws {
        set(&plan.context, context)
        if plan.model.base != nil { return }
        var architecture = plan.model.architecture
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
        set(&plan.model.zeroProjections, zeroProjections)
    }

    /// The flags that were given and that a model that is trained further decides itself.
    var fixedByBase: [String] {
        let given: [(String, Bool)] = [
            ("--architecture", architecture != nil), ("--layers", layers != nil), ("--width", width != nil), ("--heads", heads != nil),
            ("--key-value-heads", keyValueHeads != nil), ("--head-size", headSize != nil), ("--intermediate", intermediate != nil),
            ("--rope-theta", ropeTheta != nil), ("--tied-embeddings", tiedEmbeddings != nil), ("--bias", bias != nil),
            ("--zero-projections", zeroProjections != nil),
        ]
        return given.filter(\.1).map(\.0)
    }
}

private func onOff(_ flag: String, _ value: Bool) -> String { value ? "--\(flag)" : "--no-\(flag)" }
