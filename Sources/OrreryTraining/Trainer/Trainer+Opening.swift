import OrreryTokenizers

extension Trainer {
    /// Reads the plan's text, makes its tokenizer and the trainer.
    ///
    /// - Parameter directory: of a run to be resumed, whose saved tokenizer is used.
    public static func open(_ plan: TrainingPlan, resuming directory: String? = nil) throws -> Trainer {
        try plan.validate()
        let text = try TextSource(plan.data).read()
        return try text.withUnsafeBufferPointer { bytes in
            let kind = directory.map { TokenizerKind.path($0) } ?? TokenizerKind(argument: plan.tokenizer)
            do {
                let tokenizer = try kind.makeTokenizer(training: bytes)
                let ids = try tokenizer.encode(bytes, options: EncodingOptions())
                let dataset = try TokenDataset(
                    ids, validationFraction: plan.validationFraction, contextLength: plan.context, name: plan.data,
                    vocabularySize: tokenizer.vocabularySize)
                return try Trainer(plan, tokenizer: tokenizer, dataset: dataset)
            } catch let error as TokenizerError {
                throw TrainingError.data(plan.data, error.description)
            }
        }
    }

    /// The plan of the run in a directory.
    public static func planOfRun(in directory: String) throws -> TrainingPlan { try TrainingState(model: directory).plan() }
}
