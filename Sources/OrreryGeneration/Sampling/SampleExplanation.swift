import OrreryTokenizers

/// A step between the logits and the choice, in the order in which they apply.
public enum SamplingFilter: String, Sendable, Hashable, CaseIterable {
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minP = "min_p"
}

/// Why a sampler chose a token: what each filter kept, each candidate's probability before and after, the random
/// number, and where in the cumulative distribution it fell.
public struct SampleExplanation: Sendable, Hashable {
    /// One filter at work. All kept sets are the most probable so many, so their size says which tokens they are.
    public struct Stage: Sendable, Hashable {
        public let filter: SamplingFilter
        /// The option's value.
        public let setting: Double
        /// How many tokens are left.
        public let kept: Int
        /// The sum of their probabilities, out of all at this temperature.
        public let keptProbability: Double
    }

    /// A token and what became of it.
    public struct Candidate: Sendable, Hashable {
        public let token: TokenID
        /// How many tokens are more probable, after the penalties.
        public let rank: Int
        /// The model's own.
        public let logit: Float
        /// The logit after the penalties.
        public let penalizedLogit: Float
        /// The model's own probability: softmax of the logits.
        public let modelProbability: Double
        /// The probability at the chosen temperature, before the filters.
        public let temperedProbability: Double
        /// The probability with which it could be drawn: 0 if a filter removed it.
        public let finalProbability: Double
        /// The filter that removed it.
        public let removedBy: SamplingFilter?
        /// The numbers that would have drawn it; nil if it was removed.
        public let interval: Range<Double>?
    }

    public let options: SamplingOptions
    public let position: Int
    /// The most probable tokens, in descending order.
    public let candidates: [Candidate]
    /// The token chosen; it need not be among `candidates`.
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
        let chosenRank = isGreedy ? 0 : distribution.rank(at: draw)

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
