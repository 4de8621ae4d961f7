import ArgumentParser
import Kernels
import OrreryTraining

/// What help shows as defaults: those of the default preset.
let defaults = Preset.demo.plan

/// Every hyperparameter as a flag: what is not given comes from the preset, or from the model that is trained further.
struct TrainOptions: ParsableArguments {
    @Option(
        help:
            "A named plan: \(Preset.allCases.map(\.rawValue).joined(separator: ", ")). (default: demo, whose values this help shows)"
    ) var preset: String?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Steps and optimizer") var optimizer: OptimizerOptions
    @OptionGroup(title: "Validation") var validation: ValidationOptions
    @OptionGroup(title: "Computation") var compute: ComputeOptions

    /// The preset's plan with the flags that were given.
    func plan() throws -> TrainingPlan {
        let preset =
            try preset.map { name in
                guard let preset = Preset(rawValue: name) else {
                    throw ValidationError(
                        "--preset: expected \(Preset.allCases.map(\.rawValue).joined(separator: ", ")), found \(name)")
                }
                return preset
            } ?? .demo
        return try plan(from: preset.plan)
    }

    /// The plan of a run that trains a model further, with the flags that were given.
    func plan(from start: StartingModel) throws -> TrainingPlan { try plan(from: start.plan()) }

    private func plan(from base: TrainingPlan) throws -> TrainingPlan {
        var plan = base
        plan.computeType = TrainingPlan.ComputeType(Processor.current.fastestType)
        return try apply(to: plan)
    }

    /// Whether the preset is a model that `--time` must not replace.
    var presetFixesModel: Bool {
        preset.flatMap(Preset.init(rawValue:)).map { [.nanogptCPU, .nanogptGPU].contains($0) } ?? false
    }

    /// The flags that were given, over any plan.
    func apply(to base: TrainingPlan) throws -> TrainingPlan {
        var plan = base
        try data.apply(to: &plan)
        try model.apply(to: &plan)
        try optimizer.apply(to: &plan)
        try validation.apply(to: &plan)
        if compute.dtype != nil { plan.computeType = TrainingPlan.ComputeType(compute.type(default: .float32)) }
        return plan
    }
}

func set<T>(_ field: inout T, _ flag: T?) {
    if let flag { field = flag }
}

func set<T>(_ field: inout T?, _ flag: T?) {
    if let flag { field = flag }
}

func set<T: RawRepresentable & CaseIterable>(_ field: inout T, _ flag: String?, _ name: String) throws
where T.RawValue == String {
    guard let flag else { return }
    guard let value = T.allCases.first(where: { $0.rawValue == flag }) else {
        throw ValidationError("\(name): expected \(T.allCases.map(\.rawValue).joined(separator: ", ")), found \(flag)")
    }
    field = value
}
