import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryTraining

/// Every hyperparameter as a flag: what is not given comes from the preset.
struct TrainOptions: ParsableArguments {
    @Option(help: "Text to train on: a file, a directory of text files, or demo, the embedded text.") var data: String?
    @Option(help: "char, byte, bpe:SIZE (learnt from the training text), or the path of a saved tokenizer.") var tokenizer: String?
    @Option(help: "A named plan: \(Preset.allCases.map(\.rawValue).joined(separator: ", ")).") var preset: String?
    @Option(help: "Share of the text, its end, that validates.") var validationFraction: Double?

    @Option(help: "Architecture: qwen3 or gpt2.") var architecture: String?
    @Option(help: "Layers.") var layers: Int?
    @Option(help: "Width of the residual stream.") var width: Int?
    @Option(help: "Attention heads.") var heads: Int?
    @Option(help: "Heads of keys and values (qwen3).") var keyValueHeads: Int?
    @Option(help: "Size of a head (qwen3).") var headSize: Int?
    @Option(help: "Width of the feed-forward network.") var intermediate: Int?
    @Option(help: "Context length, in tokens.") var context: Int?
    @Option(help: "Base of the rotary angles (qwen3).") var ropeTheta: Float?
    @Flag(inversion: .prefixedNo, help: "One table for tokens and for scores (qwen3; gpt2 always has one).") var tiedEmbeddings: Bool?
    @Flag(inversion: .prefixedNo, help: "Biases in matrices and norms (gpt2).") var bias: Bool?
    @Flag(inversion: .prefixedNo, help: "Start projections into the residual stream at zero.") var zeroProjections: Bool?

    @Option(help: "Steps.") var steps: Int?
    @Option(help: "Sequences that each step sees.") var batch: Int?
    @Option(help: "Sequences that pass at once; a divisor of --batch.") var microBatch: Int?
    @Option(help: "adamw, or muon for the matrices inside the layers.") var optimizer: String?
    @Option(help: "AdamW's largest learning rate.") var learningRate: Double?
    @Option(help: "Where a cosine ends, as a share of the learning rate.") var finalLearningRate: Double?
    @Option(help: "cosine, trapezoid or constant.") var schedule: String?
    @Option(help: "Steps of linear warm-up.") var warmupSteps: Int?
    @Option(help: "Share of the steps over which a trapezoid falls to zero.") var decayFraction: Double?
    @Option(help: "AdamW's first decay rate.") var beta1: Float?
    @Option(help: "AdamW's second decay rate.") var beta2: Float?
    @Option(help: "AdamW's epsilon.") var epsilon: Float?
    @Option(help: "AdamW's weight decay of matrices.") var weightDecay: Float?
    @Option(help: "Norm to which gradients are clipped; 0 does not clip.") var clip: Double?
    @Option(help: "Share of activations dropped.") var dropout: Float?
    @Option(help: "First share of the steps, over which dropout rises from zero.") var dropoutRise: Double?
    @Option(help: "Muon's learning rate.") var muonLearningRate: Double?
    @Option(help: "Muon's momentum.") var muonMomentum: Float?
    @Option(help: "Muon's weight decay.") var muonWeightDecay: Float?
    @Option(help: "Average the weights of this last share of the steps.") var averageFraction: Double?
    @Option(help: "Steps between validations; 0: at the end only.") var validateEvery: Int?
    @Option(help: "whole: every position of the split; random: nanoGPT's 200 random batches.") var validation: String?
    @Option(help: "Seed of weights, batches and dropout.") var seed: UInt64?
    @OptionGroup var compute: ComputeOptions

    /// The preset's plan with the flags that were given.
    func plan() throws -> TrainingPlan {
        var plan = try preset.map { name in
            guard let preset = Preset(rawValue: name) else {
                throw ValidationError("--preset: expected \(Preset.allCases.map(\.rawValue).joined(separator: ", ")), found \(name)")
            }
            return preset.plan
        } ?? Preset.demo.plan
        plan.computeType = TrainingPlan.ComputeType(Processor.current.fastestType)
        return try apply(to: plan)
    }

    /// Whether the preset is a model that `--time` must not replace.
    var presetFixesModel: Bool { preset.flatMap(Preset.init(rawValue:)).map { [.nanogptCPU, .nanogptGPU].contains($0) } ?? false }

    /// The flags that were given, over any plan.
    func apply(to base: TrainingPlan) throws -> TrainingPlan {
        var plan = base
        set(&plan.data, data.map(Self.fromAnywhere))
        set(&plan.tokenizer, tokenizer)
        set(&plan.validationFraction, validationFraction)
        try applyModel(to: &plan)
        set(&plan.steps, steps)
        if let batch {
            plan.batch = batch
            if microBatch == nil { plan.microBatch = largestDivisor(of: batch, upTo: plan.microBatch) }
        }
        set(&plan.microBatch, microBatch)
        try set(&plan.optimizer, optimizer, "--optimizer")
        try set(&plan.schedule, schedule, "--schedule")
        try set(&plan.validation, validation, "--validation")
        set(&plan.learningRate, learningRate)
        set(&plan.finalLearningRate, finalLearningRate)
        set(&plan.warmupSteps, warmupSteps)
        set(&plan.decayFraction, decayFraction)
        set(&plan.beta1, beta1)
        set(&plan.beta2, beta2)
        set(&plan.epsilon, epsilon)
        set(&plan.weightDecay, weightDecay)
        set(&plan.clip, clip)
        set(&plan.dropout, dropout)
        set(&plan.dropoutRise, dropoutRise)
        set(&plan.muonLearningRate, muonLearningRate)
        set(&plan.muonMomentum, muonMomentum)
        set(&plan.muonWeightDecay, muonWeightDecay)
        set(&plan.averageFraction, averageFraction)
        set(&plan.validateEvery, validateEvery)
        set(&plan.seed, seed)
        if compute.dtype != nil { plan.computeType = TrainingPlan.ComputeType(compute.type(standard: .float32)) }
        return plan
    }

    /// The data as a run that is resumed from another directory finds it.
    private static func fromAnywhere(_ data: String) -> String {
        data == "demo" || data.isEmpty || data.hasPrefix("/") ? data : Path.join(FileManager.default.currentDirectoryPath, data)
    }

    private func applyModel(to plan: inout TrainingPlan) throws {
        set(&plan.context, context)
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
}

private func set<T>(_ field: inout T, _ flag: T?) {
    if let flag { field = flag }
}

private func set<T: RawRepresentable & CaseIterable>(_ field: inout T, _ flag: String?, _ name: String) throws where T.RawValue == String {
    guard let flag else { return }
    guard let value = T(rawValue: flag) else {
        throw ValidationError("\(name): expected \(T.allCases.map(\.rawValue).joined(separator: ", ")), found \(flag)")
    }
    field = value
}

private func largestDivisor(of n: Int, upTo limit: Int) -> Int { (1 ... max(1, limit)).last { n % $0 == 0 } ?? 1 }
