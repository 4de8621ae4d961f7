import OrreryTokenizers

/// A plan's text as ids, and the tokenizer that made them.
public struct TrainingData: Sendable {
    public let tokenizer: any Tokenizer
    public let dataset: TokenDataset

    /// Reads the plan's text and makes its tokenizer.
    ///
    /// - Parameter directory: of a run to be resumed, whose saved tokenizer is used.
    public init(_ plan: TrainingPlan, resuming directory: String? = nil) throws {
        try plan.validate()
        let text = try TextSource(plan.data).read()
        let kind = directory.map { TokenizerKind.path($0) } ?? TokenizerKind(argument: plan.tokenizer)
        (tokenizer, dataset) = try text.withUnsafeBufferPointer { bytes in
            do {
                let tokenizer = try kind.makeTokenizer(training: kind.learnsFromWords ? plan.trainingPart(of: bytes) : bytes)
                let ids = try tokenizer.encode(bytes, options: EncodingOptions())
                let dataset = try TokenDataset(
                    ids, validationFraction: plan.validationFraction, contextLength: plan.context, name: plan.data,
                    vocabularySize: tokenizer.vocabularySize)
                return (tokenizer, dataset)
            } catch let error as TokenizerError {
                throw TrainingError.data(plan.data, error.description)
            }
        }
    }
}

extension TokenizerKind {
    /// Whether what it learns must not know the text that validates. The characters must: each needs a token.
    fileprivate var learnsFromWords: Bool { if case .bytePair = self { true } else { false } }
}

extension TrainingPlan {
    /// The text but for its end that validates, to the byte about where the ids will be cut.
    fileprivate func trainingPart(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[..<max(1, Int((1 - validationFraction) * Double(text.count)))])
    }
}

extension Trainer {
    public convenience init(_ plan: TrainingPlan, _ data: TrainingData) throws {
        try self.init(plan, tokenizer: data.tokenizer, dataset: data.dataset)
    }

    /// The plan of the run in a directory.
    public static func planOfRun(in directory: String) throws -> TrainingPlan { try TrainingState(model: directory).plan() }
}
