import ArgumentParser
import OrreryTraining

/// How a run is measured on the text that it does not learn from.
struct ValidationOptions: ParsableArguments {
    @Option(help: "Steps between validations; 0: at the end only. (default: \(defaults.validateEvery))")
    var validateEvery: Int?
    @Option(
        help: """
            sample: windows spread evenly over the split, as many as cost a tenth of the training; whole: every position of it; \
            random: nanoGPT's 200 random batches. (default: \(defaults.validation.rawValue))
            """)
    var validation: String?

    func apply(to plan: inout TrainingPlan) throws {
        try set(&plan.validation, validation, "--validation")
        set(&plan.validateEvery, validateEvery)
    }
}
