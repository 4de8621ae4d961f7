import Kernels
import OrreryModels

/// Everything that decides what a run computes. With the data, the seed and the instruction set it gives the weights,
/// bit for bit. It is written next to the checkpoints, so that a resumed run is the same run.
public struct TrainingPlan: Codable, Sendable, Hashable {
    /// The model to be made.
    public var model: ModelPlan
    /// The data to learn from.
    public var data: DataSources = "demo"
    /// The field of JSON, CSV and TSV records that is the text; nil for plain text.
    public var field: String?
    /// The way in which sequences are made of the documents, which are the files or records; nil joins all documents
    /// into one long text.
    public var documents: DocumentMode?
    /// The tokenizer: `char`, `byte`, `bpe:SIZE` to train one, or the path of one that exists.
    public var tokenizer = "char"
    /// The share of the data, at its end, that validates.
    public var validationFraction = 0.1

    /// The number of steps of the optimizer.
    public var steps = 1000
    /// The number of sequences that each step sees.
    public var batch = 32
    /// The number of sequences that pass through the model at once. Apart from dropout's masks, the gradient is the
    /// same for any.
    public var microBatch = 8
    /// The length of a sequence, in tokens.
    public var context = 256
    /// The seed of initial weights, batches and dropout.
    public var seed: UInt64 = 1337
    /// Whether the blocks of a model are computed once more in the backward pass instead of keeping what their
    /// gradients need, which takes less memory and a third more time and gives the same bits; nil means false.
    public var gradientCheckpointing: Bool?
    /// The type to which operands of products are rounded; master weights and sums are float32.
    public var computeType: ComputeType = .bfloat16

    /// The optimizer.
    public var optimizer: OptimizerKind = .adamW
    /// The largest learning rate.
    public var learningRate = 1e-3
    /// The share of the learning rate at which a cosine ends.
    public var finalLearningRate = 0.1
    /// The shape of the learning rate over the steps.
    public var schedule: Schedule.Kind = .cosine
    /// The number of steps over which the learning rate rises.
    public var warmupSteps = 100
    /// The share of all steps over which a trapezoid falls to zero.
    public var decayFraction = 0.3
    /// The point where a run that keeps to a time last changed its number of steps: from there the rate falls to zero.
    /// It is nil for other runs.
    public var decayFrom: Schedule.Anchor?
    /// AdamW's decay of the mean of gradients.
    public var beta1: Float = 0.9
    /// AdamW's decay of the mean of squared gradients.
    public var beta2: Float = 0.99
    /// AdamW's addition to the divisor, against division by zero.
    public var epsilon: Float = 1e-8
    /// AdamW's weight decay, of matrices only.
    public var weightDecay: Float = 0.1
    /// The norm to which gradients are clipped; 0 does not clip.
    public var clip = 1.0
    /// The probability of dropout.
    public var dropout: Float = 0
    /// The share of the steps, at the start, over which dropout rises from zero: what was seen once cannot be known by
    /// heart (arXiv:1703.06229).
    public var dropoutRise = 0.0
    /// Muon's largest learning rate, for hidden matrices; the other weights take AdamW's.
    public var muonLearningRate = 0.02
    /// Muon's momentum.
    public var muonMomentum: Float = 0.95
    /// Muon's weight decay.
    public var muonWeightDecay: Float = 0
    /// The share of the steps, at the end, whose weights are averaged for the result; 0 keeps the last weights.
    public var averageFraction = 0.0

    /// The number of steps between validations; 0 validates at the end only.
    public var validateEvery = 250
    /// The part of the validating text that a validation reads.
    public var validation: ValidationMode = .sample
    /// The number of windows that a sample has, evenly spread; nil until it is decided, or for all windows. It is
    /// decided once, so that all validations of a run are comparable.
    public var validationWindows: Int?
    /// The number of seconds that the user gave the run; nil if none was given.
    public var time: Double?

    /// A plan for a model, with the defaults for everything else.
    public init(model: ModelPlan) { self.model = model }

    /// An optimizer.
    public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
        /// AdamW for all weights (arXiv:1711.05101).
        case adamW = "adamw"
        /// Muon for hidden matrices, AdamW for all other weights.
        case muon
    }
    /// The type to which operands of products are rounded.
    public enum ComputeType: String, Codable, Sendable, CaseIterable {
        /// Float32: operands are not rounded.
        case float32
        /// The upper 16 bits of a float32.
        case bfloat16
        /// The same type in a plan.
        public init(_ type: ElementType) { self = type == .float32 ? .float32 : .bfloat16 }
        /// The same type in a kernel.
        public var elementType: ElementType { self == .float32 ? .float32 : .bfloat16 }
    }
    /// The part of the validating text that a validation reads.
    public enum ValidationMode: String, Codable, Sendable, CaseIterable {
        /// As many windows of the split, evenly spread, as cost a tenth of the training between two validations.
        case sample
        /// Every position of the split, in windows of the context length without overlap.
        case whole
        /// nanoGPT's estimate: 200 random batches.
        case random
    }

    /// The number of tokens that each step sees.
    public var tokensPerStep: Int { batch * context }

    /// A token that is predicted costs a third of one that is learnt from; a tenth of the time for that is 0.3 tokens.
    /// Few tokens tell too little, so that a short run may take a third of its time for it.
    private static let (validationTokensPerToken, leastValidationTokens) = (0.3, 8192)

    /// The windows of a sample: a function of the plan, so that a run is the same run on any machine.
    package func sampledWindows(of all: Int) -> Int {
        let between = Double(validateEvery > 0 ? min(validateEvery, steps) : steps) * Double(tokensPerStep)
        let tokens = max(Self.validationTokensPerToken * between, min(between, Double(Self.leastValidationTokens)))
        return min(all, max(1, Int(min(tokens / Double(context), Double(1 << 40)).rounded(.up))))
    }
    package var microBatches: Int { batch / microBatch }

    /// The probability with which step `step` drops.
    package func dropout(at step: Int) -> Float {
        let rise = dropoutRise * Double(steps)
        return Double(step) >= rise ? dropout : dropout * Float(Double(step) / rise)
    }

    /// Checks that the plan can be run.
    ///
    /// - Throws: `TrainingError` that names the setting which cannot be, and what was expected.
    public func validate() throws {
        func require(_ holds: Bool, _ problem: @autoclosure () -> String) throws {
            if !holds { throw TrainingError.plan(problem()) }
        }
        try require((1 ... 1 << 30).contains(steps), "`steps`: expected 1 to 1073741824, found \(steps)")
        try require((1 ... 1 << 16).contains(batch), "`batch`: expected 1 to 65536, found \(batch)")
        try require(
            microBatch >= 1 && batch % microBatch == 0,
            "`microBatch`: expected a divisor of `batch` \(batch), found \(microBatch)")
        try require((1 ... 1 << 20).contains(context), "`context`: expected 1 to 1048576, found \(context)")
        try require(
            (0 ..< 1).contains(validationFraction),
            "`validationFraction`: expected 0 or more and less than 1, found \(validationFraction)")
        try require(
            learningRate > 0 && learningRate.isFinite, "`learningRate`: expected more than 0, found \(learningRate)")
        try require(
            muonLearningRate > 0 && muonLearningRate.isFinite,
            "`muonLearningRate`: expected more than 0, found \(muonLearningRate)")
        try require(
            (0 ... 1 << 30).contains(warmupSteps), "`warmupSteps`: expected 0 to 1073741824, found \(warmupSteps)")
        try require(
            (0 ... 1).contains(finalLearningRate), "`finalLearningRate`: expected 0 to 1, found \(finalLearningRate)")
        try require((0 ... 1).contains(decayFraction), "`decayFraction`: expected 0 to 1, found \(decayFraction)")
        try require(
            (0 ..< 1).contains(beta1) && (0 ..< 1).contains(beta2),
            "`beta1`, `beta2`: expected 0 or more and less than 1")
        try require(epsilon > 0 && epsilon.isFinite, "`epsilon`: expected more than 0, found \(epsilon)")
        try require(
            weightDecay >= 0 && weightDecay.isFinite, "`weightDecay`: expected 0 or more, found \(weightDecay)")
        try require(
            muonWeightDecay >= 0 && muonWeightDecay.isFinite,
            "`muonWeightDecay`: expected 0 or more, found \(muonWeightDecay)")
        try require(clip >= 0 && clip.isFinite, "`clip`: expected 0 (off) or more, found \(clip)")
        try require((0 ..< 1).contains(dropout), "`dropout`: expected 0 or more and less than 1, found \(dropout)")
        try require((0 ... 1).contains(dropoutRise), "`dropoutRise`: expected 0 to 1, found \(dropoutRise)")
        try require(
            (0 ..< 1).contains(muonMomentum),
            "`muonMomentum`: expected 0 or more and less than 1, found \(muonMomentum)")
        try require(
            (0 ..< 1).contains(averageFraction),
            "`averageFraction`: expected 0 or more and less than 1, found \(averageFraction)")
        try require(
            validateEvery >= 0, "`validateEvery`: expected 0 (at the end only) or more, found \(validateEvery)")
        if let validationWindows {
            try require(validationWindows >= 1, "validation_windows: expected at least 1, found \(validationWindows)")
        }
        if let time {
            try require(
                (1 ... TimeBudget.longest).contains(time),
                "`time`: expected 1 to \(Int(TimeBudget.longest)) seconds, found \(time)")
        }
        if let from = decayFrom {
            try require(
                (0 ... steps).contains(from.step) && (0 ... 1).contains(from.factor),
                "decay_from: expected a step of 0 to \(steps) and a factor of 0 to 1, found \(from.step) and \(from.factor)"
            )
        }
        try model.validate()
    }
}
