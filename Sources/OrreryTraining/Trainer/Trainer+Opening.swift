extension Trainer {
    /// - Parameter start: the model whose weights the run starts from.
    package convenience init(_ plan: TrainingPlan, _ data: TrainingData, start: StartingModel? = nil) throws {
        try self.init(plan, tokenizer: data.tokenizer, dataset: data.dataset, start: start)
    }

    /// The plan of the run in a directory.
    package static func planOfRun(in directory: String) throws -> TrainingPlan {
        try TrainingState(model: directory).plan()
    }
}
