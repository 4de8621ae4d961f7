import Kernels
import OrreryModels

/// Everything that decides what a run computes: with the data, the seed and the instruction set it gives the weights,
/// bit for bit. Written beside the checkpoints, so that a resumed run is the same run.
public struct TrainingPlan: Codable, Sendable, Hashable {
    public var model: ModelPlan
    public var data: DataSources = "demo"
    /// The field of JSON, CSV and TSV records that is the text.
    public var field: String?
    /// How sequences are made of the documents, which are the files or records; nil: they are one long text.
    public var documents: DocumentMode?
    public var tokenizer = "char"
    /// The last part of the ids validates.
    public var validationFraction = 0.1

    public var steps = 1000
    /// Sequences that each step sees.
    public var batch = 32
    /// Sequences that pass through the model at once; but for dropout's masks the gradient is the same for any.
    public var microBatch = 8
    public var context = 256
    public var seed: UInt64 = 1337
    /// Whether the blocks of a model are computed once more in the backward pass instead of keeping what their gradients
    /// need: less memory, a third more time, the same bits. nil: no.
    public var gradientCheckpointing: Bool?
    /// Products round to this type; masters and sums are float32.
    public var computeType: ComputeType = .bfloat16

    public var optimizer: OptimizerKind = .adamW
    public var learningRate = 1e-3
    /// As a share of the learning rate, where a cosine ends.
    public var finalLearningRate = 0.1
    public var schedule: Schedule.Kind = .cosine
    public var warmupSteps = 100
    /// The share of all steps over which a trapezoid falls to zero.
    public var decayFraction = 0.3
    /// Where a run that keeps to a time last changed its number of steps: from there the rate falls from `factor` to
    /// zero.
    public var decayFrom: Schedule.Anchor?
    public var beta1: Float = 0.9
    public var beta2: Float = 0.99
    public var epsilon: Float = 1e-8
    public var weightDecay: Float = 0.1
    /// The norm to which gradients are clipped; 0 does not clip.
    public var clip = 1.0
    public var dropout: Float = 0
    /// The first share of the steps, over which dropout rises from zero: what was seen once cannot be known by heart
    /// (arXiv:1703.06229).
    public var dropoutRise = 0.0
    /// Muon's, for hidden matrices; the others take AdamW's.
    public var muonLearningRate = 0.02
    public var muonMomentum: Float = 0.95
    public var muonWeightDecay: Float = 0
    /// Average the weights of this last share of the steps and keep the average; 0 keeps the last weights.
    public var averageFraction = 0.0

    /// Steps between validations; 0 validates at the end only.
    public var validateEvery = 250
    public var validation: ValidationMode = .sample
    /// Windows of the split that a sample has, evenly spread; nil: not decided yet, or all. Decided once, so that all
    /// validations of a run are comparable.
    public var validationWindows: Int?
    /// Seconds that the user gave the run, if they did.
    public var time: Double?

    public init(model: ModelPlan) { self.model = model }

    public enum OptimizerKind: String, Codable, Sendable, CaseIterable { case adamW = "adamw", muon }
    public enum ComputeType: String, Codable, Sendable, CaseIterable {
        case float32, bfloat16
        public init(_ type: ElementType) { self = type == .float32 ? .float32 : .bfloat16 }
        public var elementType: ElementType { self == .float32 ? .float32 : .bfloat16 }
    }
    public enum ValidationMode: String, Codable, Sendable, CaseIterable {
        /// as many windows of the split, evenly spread, as cost a tenth of the training between two validations
        case sample
        /// every position of the split, in windows of the context length without overlap
        case whole
        /// nanoGPT's estimate: 200 random batches
        case random
    }

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
    public var microBatches: Int { batch / microBatch }

    /// The probability with which step `step` drops.
    package func dropout(at step: Int) -> Float {
        let rise = dropoutRise * Double(steps)
        return Double(step) >= rise ? dropout : dropout * Float(Double(step) / rise)
    }

    /// Throws an error that names the flag if the plan can't be run.
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
