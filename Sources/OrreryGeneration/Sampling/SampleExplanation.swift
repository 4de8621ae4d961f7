import Kernels
import OrreryTokenizers

/// The reasons for which a sampler chose a token: what each filter kept, each candidate's probability before and after,
/// the random number, and where in the cumulative distribution it fell.
public struct SampleExplanation: Sendable, Hashable {
    /// The effect of one step.
    public struct Stage: Sendable, Hashable {
        /// The filter.
        public let filter: SamplingFilter
        /// The value of the step's option, as it applied: the dynamic temperature, mirostat's mu, XTC's threshold, the
        /// number of tokens with a bias; nil for a mask.
        public let setting: Double?
        /// The number of tokens that are left.
        public let kept: Int
        /// The sum of their probabilities, out of all tokens: the model's own before the temperature, else those at the
        /// temperature.
        public let keptProbability: Double
        /// The random number in 0 ..< 1 that decided whether the step applies, as XTC's does below its probability; nil
        /// where none did.
        public let draw: Double?
    }

    /// A token and what became of it.
    public struct Candidate: Sendable, Hashable {
        /// The token.
        public let token: TokenID
        /// The number of tokens that are more probable, after the penalties.
        public let rank: Int
        /// The model's logit.
        public let logit: Float
        /// The logit after the penalties.
        public let penalizedLogit: Float
        /// The model's own probability: softmax of the logits.
        public let modelProbability: Double
        /// The probability at the chosen temperature, before the filters.
        public let temperedProbability: Double
        /// The probability with which the token could be drawn: 0 if a filter removed it.
        public let finalProbability: Double
        /// The filter that removed the token; nil if it could be drawn.
        public let removedBy: SamplingFilter?
        /// The random numbers that would have drawn the token; nil if it was removed.
        public let interval: Range<Double>?
    }

    /// The options of the sampler.
    public let options: SamplingOptions
    /// The position in the sequence that the token takes.
    public let position: Int
    /// The most probable tokens, in descending order.
    public let candidates: [Candidate]
    /// The token that was chosen; it need not be among `candidates`.
    public let chosen: Candidate
    /// The steps that applied, in order: those that change logits if set; then, unless greedy, temperature always and
    /// the filters if set.
    public let stages: [Stage]
    /// The random number in 0 ..< 1; nil when greedy.
    public let draw: Double?

    /// - Parameters:
    ///   - choice: what is chosen from.
    ///   - adjustments: the steps that changed the logits before.
    init(_ choice: Choice, adjustments: [Stage], limit: Int) throws {
        let (options, position, isGreedy) = (choice.sampler.options, choice.position, choice.sampler.options.isGreedy)
        let model = try SamplingDistribution(choice.modelLogits, options: SamplingOptions(), position: position)
        let distribution = try choice.distribution()
        let temperedWeight = isGreedy ? 1 : distribution.weight(of: distribution.cuts[0].ranks)
        let chosenRank = try choice.rank(in: distribution)

        var lower = 0.0
        var all: [Candidate] = []
        var chosen: Candidate?
        for rank in 0 ..< max(chosenRank + 1, min(limit, distribution.cuts[0].ranks.count)) {
            let weight = isGreedy ? (rank == 0 ? 1 : 0) : distribution.weight(at: rank)
            let isKept = distribution.ranks.contains(rank)
            let upper = isKept ? lower + weight / distribution.totalWeight : lower
            let token = distribution.token(at: rank), logit = choice.modelLogits[Int(token)]
            let candidate = Candidate(
                token: token, rank: rank, logit: logit, penalizedLogit: distribution.logit(at: rank),
                modelProbability: model.weight(of: logit) / model.totalWeight,
                temperedProbability: weight / temperedWeight,
                finalProbability: isKept ? weight / distribution.totalWeight : 0,
                removedBy: isGreedy ? nil : distribution.cuts.first { !$0.ranks.contains(rank) }?.filter,
                interval: isKept ? lower ..< upper : nil)
            if rank < limit { all.append(candidate) }
            if rank == chosenRank { chosen = candidate }
            lower = upper
        }
        self.options = options
        self.position = position
        self.draw = isGreedy ? nil : choice.sampler.draw(at: position)
        candidates = all
        self.chosen = chosen!
        let filters = distribution.cuts.map { cut in
            Stage(
                filter: cut.filter, setting: cut.setting, kept: cut.ranks.count,
                keptProbability: distribution.weight(of: cut.ranks) / temperedWeight, draw: cut.draw)
        }
        stages = adjustments + (isGreedy ? [] : filters)
    }
}

extension SampleExplanation {
    /// The logits of a choice that is to be explained.
    struct Choice {
        let sampler: Sampler
        let logits: UnsafeBufferPointer<Float>
        let modelLogits: UnsafeBufferPointer<Float>
        let position: Int
        let mu: Double?

        /// Greedy is the limit of a falling temperature: the first candidate has it all.
        func distribution() throws -> SamplingDistribution {
            sampler.options.isGreedy
                ? try SamplingDistribution(logits, options: SamplingOptions(topK: 1), position: position)
                : try sampler.distribution(logits, position: position, mu: mu, isWhole: true)
        }

        func rank(in distribution: SamplingDistribution) throws -> Int {
            if sampler.options.isGreedy { return 0 }
            if sampler.options.hasFilters { return distribution.rank(at: sampler.draw(at: position)) }
            return distribution.rank(of: try sampler.sample(logits, position: position))
        }
    }

    /// What a step that changes logits left, by the model's own probabilities.
    static func stage(
        _ filter: SamplingFilter, _ setting: Double?, _ logits: [Float], model: [Float]
    ) -> Stage {
        let highest = Double(model.max() ?? 0)
        let weights = model.map { portableExp(Double($0) - highest) }
        let kept = logits.indices.filter { logits[$0] > -.infinity }
        return Stage(
            filter: filter, setting: setting, kept: kept.count,
            keptProbability: kept.reduce(0) { $0 + weights[$1] } / weights.reduce(0, +), draw: nil)
    }
}
