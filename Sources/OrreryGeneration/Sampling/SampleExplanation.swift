import OrreryTokenizers

/// A step between the logits and the choice; all cases are in the order in which they apply.
public enum SamplingFilter: String, Sendable, Hashable, CaseIterable {
    /// The division of the logits by the temperature.
    case temperature
    /// The cut after the k most probable tokens.
    case topK = "top_k"
    /// The cut where the probabilities sum to p.
    case topP = "top_p"
    /// The removal of tokens that are much less probable than the most probable one.
    case minP = "min_p"
}

/// The reasons for which a sampler chose a token: what each filter kept, each candidate's probability before and after,
/// the random number, and where in the cumulative distribution it fell.
public struct SampleExplanation: Sendable, Hashable {
    /// The effect of one filter. Every kept set consists of the most probable tokens, so its size says which tokens
    /// they are.
    public struct Stage: Sendable, Hashable {
        /// The filter.
        public let filter: SamplingFilter
        /// The value of the filter's option.
        public let setting: Double
        /// The number of tokens that are left.
        public let kept: Int
        /// The sum of their probabilities, out of all tokens at this temperature.
        public let keptProbability: Double
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
    /// The filters that applied: temperature always, the others if set; none when greedy.
    public let stages: [Stage]
    /// The random number in 0 ..< 1; nil when greedy.
    public let draw: Double?

    init(
        _ logits: UnsafeBufferPointer<Float>, model modelLogits: UnsafeBufferPointer<Float>, options: SamplingOptions,
        position: Int, limit: Int, draw: Double
    ) throws {
        // Greedy is the limit of a falling temperature: the first candidate has it all.
        let isGreedy = options.isGreedy
        let applied = isGreedy ? SamplingOptions(topK: 1) : options
        let model = try SamplingDistribution(modelLogits, options: SamplingOptions(), position: position)
        let distribution = try SamplingDistribution(logits, options: applied, position: position)
        let temperedWeight = isGreedy ? 1 : distribution.weight(ofFirst: distribution.kept[0].count)
        var chosenRank = isGreedy ? 0 : distribution.rank(at: draw)
        if !isGreedy, !options.hasFilters {
            let token = try UnfilteredDraw(logits, temperature: options.temperature, position: position).token(at: draw)
            chosenRank = distribution.rank(of: token)
        }

        var lower = 0.0
        var all: [Candidate] = []
        var chosen: Candidate?
        for rank in 0 ..< max(chosenRank + 1, min(limit, distribution.kept[0].count)) {
            let weight = isGreedy ? (rank == 0 ? 1 : 0) : distribution.weight(at: rank)
            let isKept = rank < distribution.count
            let upper = lower + weight / distribution.totalWeight
            let token = distribution.token(at: rank), logit = modelLogits[Int(token)]
            let candidate = Candidate(
                token: token, rank: rank, logit: logit, penalizedLogit: distribution.logit(at: rank),
                modelProbability: model.weight(of: logit) / model.totalWeight,
                temperedProbability: weight / temperedWeight,
                finalProbability: isKept ? weight / distribution.totalWeight : 0,
                removedBy: isGreedy ? nil : distribution.kept.first { rank >= $0.count }?.filter,
                interval: isKept ? lower ..< upper : nil)
            if rank < limit { all.append(candidate) }
            if rank == chosenRank { chosen = candidate }
            lower = upper
        }
        self.options = options
        self.position = position
        self.draw = isGreedy ? nil : draw
        candidates = all
        self.chosen = chosen!
        stages =
            isGreedy
            ? []
            : distribution.kept.map { filter, count in
                Stage(
                    filter: filter, setting: options.setting(of: filter), kept: count,
                    keptProbability: distribution.weight(ofFirst: count) / temperedWeight)
            }
    }
}

extension SamplingOptions {
    fileprivate func setting(of filter: SamplingFilter) -> Double {
        switch filter {
        case .temperature: temperature
        case .topK: Double(topK)
        case .topP: topP
        case .minP: minP
        }
    }
}
